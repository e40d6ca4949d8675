import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

describe("a connection that fails silently", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.startOverALine(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Simulates hiding and showing the page: a headless browser never hides one. */
  const lookAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

  test("a page that is shown again gets missed messages and a living connection", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    const annsRoom = await RoomPage.create(ann, "On the train");
    const lobby = await ann.newPage();
    await lobby.goto("/");
    await lobby.locator('#connection[data-state="live"]').waitFor();
    await ben.page.goto(ann.page.url());
    await ben.signIn("Ben");
    await annsRoom.whenSeated("Ben", { online: true });
    const code = annsRoom.code();

    site.line.deaden();
    await ben.post(code, "into the tunnel");
    await ben.api("POST", "/rooms", { name: "Opened in the tunnel" });
    const anew = site.line.anew(2);
    for (const page of [ann.page, lobby]) {
      assert.equal(await page.locator("#connection").getAttribute("data-state"), "live", "not detected yet");
      await lookAgain(page);
    }
    await annsRoom.whenHeard("into the tunnel");
    await lobby.locator(".room-card").filter({ hasText: "Opened in the tunnel" }).waitFor();

    await anew;
    await annsRoom.whenLive();
    await lobby.locator('#connection[data-state="live"]').waitFor();
    await ben.post(code, "out of the tunnel");
    await ben.api("POST", "/rooms", { name: "Opened in the light" });
    await annsRoom.whenHeard("out of the tunnel");
    await lobby.locator(".room-card").filter({ hasText: "Opened in the light" }).waitFor();
    await ann.goHome();
    await ben.goHome();
  });
});
