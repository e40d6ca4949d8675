import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, PHONE, launch } from "../support/guest.js";
import { Site } from "../support/site.js";
import { playOut } from "../support/solo.js";
import { TablePage } from "../support/table-page.js";

const PLAYERS = 5;

describe("alone with bots", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("one person tries a whole game, steps through it, and finds it in the statistics", async (context) => {
    const ada = await Guest.arrive(browser, site, { viewport: PHONE });
    const { page } = ada;
    const table = new TablePage(ada);
    const begun = Date.now();
    await page.goto("/mafia");
    await ada.signIn("Ada");
    await page.locator("#name").fill("Just me");
    await page.locator("input[value=quick]").check();
    await page.locator("form[action='/mafia'] button").click();
    await page.waitForURL("**/mafia/*");
    await table.whenLive();
    const code = table.code();
    const sit = (count) => page.waitForFunction((wanted) => document.querySelectorAll("#scene [aria-pressed]").length === wanted, count);
    for (let players = 2; players <= PLAYERS; players += 1) {
      await page.getByRole("button", { name: table.words.add_bot }).click();
      await sit(players);
    }
    await table.do("start");
    await table.whenPhase("night");
    const done = await playOut(table);
    context.diagnostic(`a whole game of ${PLAYERS} at the quick pace took ${Math.round((Date.now() - begun) / 1000)} s`);
    assert.ok(done.has("night"), "the first night was played by hand");
    await table.whenNews("win");
    const seats = await table.seats();
    assert.equal(seats.length, PLAYERS);

    await table.do("replay");
    await page.waitForURL(`**/mafia/${code}/replay*`);
    const slider = page.getByRole("slider");
    const step = (number) => page.waitForFunction((wanted) => document.querySelector("input[type=range]").value === wanted, String(number));
    const on = page.getByRole("button", { name: table.words.next, exact: true });
    const back = page.getByRole("button", { name: table.words.previous, exact: true });
    await step(0);
    assert.equal(await back.isDisabled(), true);
    await on.click();
    await step(1);
    await page.getByRole("heading", { name: table.words.night(1) }).waitFor();
    await page.locator("li").filter({ hasText: table.words.secret }).first().waitFor();
    await page.locator("body").press("ArrowRight");
    await step(2);
    await page.getByRole("heading", { name: table.words.day(1) }).waitFor();
    await page.locator("body").press("ArrowLeft");
    await step(1);
    await back.click();
    await step(0);
    await slider.press("End");
    await step(await slider.getAttribute("max"));
    assert.equal(await on.isDisabled(), true);
    assert.deepEqual(await roles(page), seats.map(rolesOf), "the replay ends as the game did");
    await page.reload();
    await step(await slider.getAttribute("max"));

    await page.goto(`/mafia/${code}`);
    await table.whenLive();
    await table.do("record");
    await page.waitForURL("**/players/*");
    assert.equal(await page.locator("#games").textContent(), "1");
    await page.locator("#recent").getByText("Just me").click();
    await page.waitForURL(`**/mafia/${code}/replay*`);

    await table.open(code);
    await table.do("again");
    await page.waitForURL((url) => /^\/mafia\/[^/]+$/.test(url.pathname) && !url.pathname.endsWith(code));
    await table.whenLive();
    await table.button("start").waitFor();
    const next = table.code();
    await table.open(code);
    await table.button("again").filter({ hasText: table.words.join_next }).click();
    await page.waitForURL(`**/mafia/${next}`);
    await ada.goHome();
  });

  /** Name and role: the last word of a label is the role if it is public. */
  const rolesOf = (label) => [label.split(", ").at(0), label.split(", ").at(-1)];
  const roles = (page) => page.locator("#replay [aria-pressed]").evaluateAll((all) => all.map((seat) => seat.getAttribute("aria-label"))).then((labels) => labels.map(rolesOf));
});
