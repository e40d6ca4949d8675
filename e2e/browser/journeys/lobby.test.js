import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

describe("the lobby", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("lists rooms as they open and as users come and go", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    await ann.page.locator("#no-rooms").waitFor();
    await ann.page.locator('#connection[data-state="live"]').waitFor();

    await ben.comeIn("Ben");
    await RoomPage.create(ben, "First room");
    const card = ann.page.locator(".room-card").filter({ hasText: "First room" });
    await card.filter({ hasText: "1 here now" }).waitFor();
    await ann.page.locator("#no-rooms").waitFor({ state: "hidden" });
    await ben.page.goto("/");
    await card.filter({ hasText: "0 here now" }).waitFor();
    await card.click();
    await new RoomPage(ann.page).whenLive();
    await ben.page.locator(".room-card").filter({ hasText: "2 of 50 seats taken" }).waitFor();
    await ann.goHome();
    await ben.goHome();
  });

  test("a room is joined by its code, in any case", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    const code = (await RoomPage.create(ann, "By code")).code();
    await ben.comeIn("Ben");
    await ben.page.locator("#code").fill(code.toLowerCase());
    await ben.page.locator("#code").press("Enter");
    await ben.page.locator("h1").filter({ hasText: "By code" }).waitFor();
    await ann.goHome();
    await ben.goHome();
  });

  test("an error is shown at its field, and the input stays", async () => {
    const ann = await Guest.arrive(browser, site);
    // The browser reports every answer from 400 on; here it is the page again.
    ann.expectComplaint(/status of 422/);
    await ann.page.goto("/");
    await ann.page.locator("#nickname").fill("a".repeat(21));
    await ann.page.locator("#nickname").press("Enter");
    await ann.page.locator("#nickname-fault").filter({ hasText: "at most 20" }).waitFor();
    assert.equal(await ann.page.locator("#nickname").inputValue(), "a".repeat(21));
    await ann.signIn("Ann");
    await ann.page.locator("#code").fill("QQQQQQ");
    await ann.page.locator("#code").press("Enter");
    await ann.page.locator("#code-fault").waitFor();
    assert.equal(await ann.page.locator("#code").inputValue(), "QQQQQQ");
    assert.equal(await ann.page.evaluate(() => document.activeElement.id), "code", "ready to be mended");
    await ann.goHome();
  });

  test("a new nickname in one tab leaves the other tab signed in", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Two tabs");
    const lobby = await ann.newPage();
    await lobby.goto("/");
    await lobby.locator("details summary").first().click();
    await lobby.locator("details [name='nickname']").fill("Anna");
    await lobby.locator("details form[action='/sign-in'] button").click();
    await lobby.locator(".me").filter({ hasText: "Anna" }).waitFor();
    // The session is a new one, so the room's connection ended and came back with the new cookie. What the page sends while its
    // socket closes it sends again.
    ann.expectComplaint(/CLOSING or CLOSED/);
    await room.say("still here");
    await room.whenHeard("still here");
    await room.whenSeated("Anna", { online: true });
    await ann.goHome();
  });

  test("everything but the live part works without scripts", async () => {
    const ann = await Guest.arrive(browser, site, { script: false });
    await ann.comeIn("Ann");
    await ann.page.locator("#name").fill("Plain");
    await ann.page.locator("form[action='/rooms'] button").click();
    await ann.page.locator("h1").filter({ hasText: "Plain" }).waitFor();
    await ann.page.locator("noscript p").filter({ hasText: "needs JavaScript" }).waitFor();
    await ann.page.locator(".talk").waitFor({ state: "hidden" });
    await ann.page.locator(".leave button").click();
    const card = ann.page.locator(".room-card").filter({ hasText: "Plain" });
    assert.match(await card.locator("time").textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    await ann.page.locator("form[action='/sign-out'] button").click();
    await ann.page.locator("#nickname").waitFor();
    await ann.goHome();
  });
});
