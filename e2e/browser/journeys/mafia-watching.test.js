import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { animations, namelessControls } from "../support/accessibility.js";
import { Guest, LAPTOP, PHONE, launch } from "../support/guest.js";
import { enter, tabTo } from "../support/keyboard.js";
import { PATIENT } from "../support/party.js";
import { Site } from "../support/site.js";
import { withBots } from "../support/solo.js";
import { TablePage } from "../support/table-page.js";

/** No player dies before the first vote, so that the test's player reaches it. */
const PEACEFUL = { options: { ...PATIENT, first_night_kill: false, talk_seconds: 10, bots: "instant" } };

describe("other ways to be at a table", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two processes"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("a guest watches the public view and cannot write", async () => {
    const host = await withBots(browser, site, "Ada", { setup: PEACEFUL, bots: 4 });
    const stranger = await Guest.arrive(browser, site, { viewport: PHONE });
    const table = new TablePage(stranger);
    await table.open(host.guest.page.url());
    await table.whenTold(table.words.say_lobby_stranger);
    await table.whenSeatSays("Ada", "host");
    assert.equal(await table.button("sit").count(), 0, "a seat is for who has a name");

    await host.table.do("start");
    await table.whenPhase("night");
    await table.whenTold(table.words.say_watch);
    assert.equal(await stranger.page.locator("#card button").isVisible(), false);
    assert.equal(await stranger.page.locator("[data-tab=secret]").count(), 0);
    assert.deepEqual((await table.deck()).buttons, []);
    for (const tab of ["spectators", "public"]) {
      await table.turnTo(tab);
      assert.equal(await table.field.isDisabled(), true, `nothing to write for ${tab}`);
      assert.equal(await table.field.getAttribute("placeholder"), table.words.quiet_stranger);
    }
    await host.table.sleep();
    await table.whenPhase("talk");
    await host.table.say("Who watches us?");
    await table.whenRead("Who watches us?");
    assert.deepEqual(await table.rolesInPage(), []);
    await table.whenPhase("vote");
    await host.table.abstain();
    await table.whenRead(table.words.event.voted({ n: "Ada", t: null }));
    assert.deepEqual(table.told.roles(), []);
    for (const kind of ["dealt", "pointed", "protected", "investigated", "slept"]) assert.ok(!table.told.kinds().has(kind), kind);
    await stranger.goHome();
    await host.guest.goHome();
  });

  test("a night and a vote by keyboard, with a screen reader, and without motion", async () => {
    const { guest, table, name } = await withBots(browser, site, "Kim", { setup: PEACEFUL, bots: 4, viewport: LAPTOP });
    const { page } = guest;
    const announced = (text) => page.locator("#announcer p, #urgent p").filter({ hasText: text }).waitFor({ state: "attached" });
    const pickSomebody = async () => {
      await tabTo(page, "#scene [aria-pressed]");
      const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
      const before = await focused();
      await page.keyboard.press("ArrowRight");
      assert.notEqual(await focused(), before, "arrows go round the table");
      if ((await focused()).startsWith(`${name}, `)) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page.locator("#scene [aria-pressed=true]").waitFor();
    };
    const assertNamed = async () => {
      const { count, nameless } = await namelessControls(guest);
      assert.ok(count > 5, `${count} controls`);
      assert.deepEqual(nameless, []);
    };
    await assertNamed();
    await enter(page, "#deck [data-id=start]");
    await table.whenPhase("night");
    await announced(table.words.event.night({ day: 1 }));
    await assertNamed();
    assert.ok((await animations(page)) > 0, "the night moves");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await animations(page), 0, "with reduced motion");

    const face = page.locator("#card [role=status]");
    await tabTo(page, "#card button");
    await page.keyboard.press("Space");
    await face.waitFor();
    assert.notDeepEqual(await table.rolesInPage(), [], "the role is on the card");
    await page.keyboard.press("Space");
    await face.waitFor({ state: "hidden" });
    assert.deepEqual(await table.rolesInPage(), [], "a hidden card has nothing to read out");
    await pickSomebody();
    await enter(page, "#deck [data-id=confirm]");
    await table.whenTold(table.words.say_night_done);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.id), "confirm", "the keyboard is where it was");
    assert.equal(await page.locator("#sound").getAttribute("aria-pressed"), "false", "sound is off by default");
    // A screen reader presses without pointer and key.
    await page.locator("#card button").evaluate((button) => button.click());
    await face.waitFor();
    await page.locator("#card button").evaluate((button) => button.click());
    await face.waitFor({ state: "hidden" });

    await table.whenPhase("talk");
    await announced(table.words.event.nobody_died());
    await tabTo(page, "#talk textarea");
    await page.keyboard.type("no mouse needed");
    await page.keyboard.press("Enter");
    await table.whenRead("no mouse needed");
    await assertNamed();
    await table.whenPhase("vote");
    await pickSomebody();
    await enter(page, "#deck [data-id=vote]");
    await page.waitForFunction((text) => document.getElementById("now").textContent.startsWith(text), table.words.say_voted("|").split("|")[0]);
    await assertNamed();
    assert.deepEqual(await page.locator("#announcer, #urgent, #toast, #connection").evaluateAll((all) => all.map(({ id, role }) => `${id}: ${role}`).toSorted()), [
      "announcer: log", "connection: status", "toast: status", "urgent: alert",
    ]);
    await guest.goHome();
  });
});
