import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

describe("reading and writing", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  const scrolledTo = (page) => page.locator("#log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

  test("earlier messages come when they are wanted, and what is new waits below", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    const { code } = await ann.api("POST", "/rooms", { name: "Long talk" });
    for (let number = 1; number <= 70; number += 1) await ann.post(code, `number ${number}`);
    await ben.comeIn("Ben");
    await ben.page.goto(`/rooms/${code}`);
    const room = await new RoomPage(ben.page).whenLive();
    await room.whenHeard("number 70");
    assert.equal((await room.heard()).seqs[0], 21, "the newest 50 at first");
    assert.ok((await scrolledTo(ben.page)) <= 1, "at the end");

    const topOf21 = () => document.querySelector('[data-seq="21"] .words').getBoundingClientRect().top;
    const before = await ben.page.evaluate(`document.getElementById("log").scrollTop = 0; (${topOf21})()`);
    await room.message("number 1").waitFor({ state: "attached" });
    await ben.page.locator("#older:not([aria-busy])").waitFor({ state: "attached" });
    assert.ok(Math.abs((await ben.page.evaluate(topOf21)) - before) <= 1, "what was read stays where it was");
    assert.deepEqual((await room.heard()).seqs, Array.from({ length: 70 }, (_, at) => at + 1));
    await ben.page.locator("#older").waitFor({ state: "hidden" });
    await ben.page.locator("#log").evaluate((log) => (log.scrollTop = 0));

    await ann.post(code, "news");
    const jump = ben.page.locator("#jump");
    await jump.filter({ hasText: "New messages (1)" }).waitFor();
    assert.equal(await ben.page.locator("#log").evaluate((log) => log.scrollTop), 0, "nothing moved under the reader");
    assert.equal(await ben.page.title(), "(1) Long talk · Catamaran");
    await jump.click();
    await jump.waitFor({ state: "hidden" });
    assert.equal(await room.message("news").locator(".mark").count(), 1, "the mark shows where reading stopped");
    assert.equal(await ben.page.title(), "Long talk · Catamaran");
    await ann.goHome();
    await ben.goHome();
  });

  test("a draft outlives a reload, and a sent one is gone", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Drafts");
    await room.field.fill("not yet sent");
    await ann.page.reload();
    await room.whenLive();
    assert.equal(await room.field.inputValue(), "not yet sent");
    await room.field.press("Enter");
    await room.whenHeard("not yet sent");
    await ann.page.reload();
    await room.whenLive();
    assert.equal(await room.field.inputValue(), "");
    await ann.goHome();
  });

  test("a message has an end, counted as people count", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Limits");
    const counter = ann.page.locator("#counter");
    await room.field.fill("🙂".repeat(1990));
    await counter.filter({ hasText: "10 left" }).waitFor();
    await room.field.fill("x".repeat(2001));
    await counter.filter({ hasText: "1 too many" }).waitFor();
    await room.field.press("Enter");
    assert.equal((await room.field.inputValue()).length, 2001, "what is too long is kept, not sent");
    await room.say("🙂".repeat(2000));
    await room.whenHeard("🙂".repeat(2000));
    assert.deepEqual((await room.heard()).seqs, [1]);
    await ann.goHome();
  });

  test("back from another page the room is live again", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Round trip");
    await ben.comeIn("Ben");
    await ben.page.goto(ann.page.url());
    await ann.page.goto("/");
    await ann.page.locator("#rooms").waitFor({ state: "attached" });
    await new RoomPage(ben.page).say("while you were away");
    await ann.page.goBack();
    await room.whenLive();
    await room.whenHeard("while you were away");
    await room.say("back");
    await new RoomPage(ben.page).whenHeard("back");
    await ann.goHome();
    await ben.goHome();
  });

  test("a network that goes and comes is followed at once", async () => {
    const ann = await Guest.arrive(browser, site);
    ann.expectComplaint(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Tunnel");
    await ann.context.setOffline(true);
    await room.whenConnection("offline");
    await ann.page.getByText("You are offline").waitFor();
    await room.say("from the tunnel");
    await ann.context.setOffline(false);
    await room.whenLive();
    await room.whenHeard("from the tunnel");
    assert.deepEqual((await room.heard()).seqs, [1]);
    await ann.goHome();
  });
});
