import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

describe("where a room ends", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("no such room, no such page", async () => {
    const ann = await Guest.arrive(browser, site);
    ann.expectComplaint(/status of 404/);
    await ann.comeIn("Ann");
    const room = await ann.page.goto("/rooms/QQQQQQ");
    assert.equal(room.status(), 404);
    await ann.page.locator("h1").filter({ hasText: "No such room" }).waitFor();
    const page = await ann.page.goto("/nowhere");
    assert.equal(page.status(), 404);
    await ann.page.locator("h1").filter({ hasText: "Nothing here" }).waitFor();
    await ann.page.locator(".ways .primary").click();
    await ann.page.locator("#rooms").waitFor({ state: "attached" });
    await ann.goHome();
  });

  test("every seat is taken", async () => {
    const guests = [];
    for (const nickname of ["Ann", "Ben", "Cleo"]) {
      const guest = await Guest.arrive(browser, site);
      await guest.comeIn(nickname);
      guests.push(guest);
    }
    const [ann, ben, cleo] = guests;
    const { code } = await ann.api("POST", "/rooms", { name: "For two", capacity: 2 });
    await ben.page.goto(`/rooms/${code}`);
    await new RoomPage(ben.page).whenLive();
    cleo.expectComplaint(/status of 409/);
    const answer = await cleo.page.goto(`/rooms/${code}`);
    assert.equal(answer.status(), 409);
    await cleo.page.getByText("All 2 seats of “For two” are taken").waitFor();
    await ben.page.locator(".leave button").click();
    await ben.page.waitForURL("**/");
    await cleo.page.locator(".ways .button").first().click();
    await new RoomPage(cleo.page).whenLive();
    for (const guest of guests) await guest.goHome();
  });

  test("signed out in another tab: the room closes, and signing in leads back to it", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Where I was");
    await room.say("a secret");
    await room.whenHeard("a secret");
    const tab = await ann.newPage();
    await tab.goto("/");
    await tab.locator("form[action='/sign-out'] button").click();
    await room.whenEnded("ended");
    assert.equal(await ann.page.getByText("a secret").count(), 0, "nothing of the room stays readable");
    assert.equal(await ann.page.locator(".me").isVisible(), false);
    await ann.page.locator(".ways .primary").click();
    await ann.page.getByText("You are invited to “Where I was”").waitFor();
    await ann.signIn("Ann again");
    await room.whenLive();
    await room.whenHeard("a secret");
    await ann.goHome();
  });

  test("messages after the end are harmless", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Late");
    await room.say("too late");
    await room.whenHeard("too late");
    let letGo;
    const held = new Promise((resolve) => (letGo = resolve));
    const asked = new Promise((resolve) => {
      ann.page.route("**/messages?*", async (route) => {
        const response = await route.fetch();
        resolve();
        await held;
        await route.fulfill({ response });
      });
    });
    // A socket that is not open yet when the session ends asks whether it has ended.
    ann.expectComplaint(/status of 401/);
    await ann.page.reload();
    await asked;
    const tab = await ann.newPage();
    await tab.goto("/");
    await tab.locator("form[action='/sign-out'] button").click();
    await room.whenEnded("ended");
    const arrived = ann.page.waitForResponse("**/messages?*");
    letGo();
    await (await arrived).finished();
    // After two turns of the event loop the page has handled the answer.
    await ann.page.evaluate(() => new Promise((resolve) => setTimeout(() => setTimeout(resolve))));
    assert.equal(await ann.page.getByText("too late").count(), 0);
    await ann.goHome();
  });

  test("left in another tab: the room closes", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Left");
    const tab = await ann.newPage();
    await tab.goto(ann.page.url());
    await new RoomPage(tab).whenLive();
    await tab.locator(".leave button").click();
    await room.whenEnded("refused");
    await ann.page.locator(".ways .button").first().click();
    await room.whenLive();
    await ann.goHome();
  });

  test("signed out in another tab: the lobby closes too", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    await ann.page.locator('#connection[data-state="live"]').waitFor();
    const tab = await ann.newPage();
    await tab.goto("/");
    await tab.locator("form[action='/sign-out'] button").click();
    await ann.page.locator('[data-ending="ended"]').waitFor();
    await ann.page.locator(".ways .primary").click();
    await ann.page.locator("#nickname").waitFor();
    await ann.goHome();
  });
});
