import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { MODES, Site } from "../support/site.js";

/** Ann opens a room and Ben follows her link. */
async function meet(browser, site) {
  const [ann, ben] = [await Guest.arrive(browser, site), await Guest.arrive(browser, site)];
  await ann.comeIn("Ann");
  const annsRoom = await RoomPage.create(ann, "Friday night");
  await ben.page.goto(await annsRoom.link());
  await ben.signIn("Ben");
  const bensRoom = await new RoomPage(ben.page).whenLive();
  return { ann, ben, annsRoom, bensRoom };
}

for (const mode of Object.keys(MODES)) {
  describe(`two people in ${mode}`, () => {
    let site;
    let browser;
    before(async () => {
      [site, browser] = await Promise.all([Site.start(mode), launch()]);
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
    });

    test("they meet, talk, see each other type, leave and come back", async () => {
      const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
      await annsRoom.whenTold("Ben took a seat");
      await annsRoom.whenSeated("Ben", { online: true });
      await bensRoom.whenSeated("Ann", { online: true });

      await annsRoom.say("Hello Ben");
      await bensRoom.whenHeard("Hello Ben");
      await bensRoom.field.pressSequentially("Hi");
      await annsRoom.whenTyping("Ben is typing…");
      await bensRoom.say("Hi Ann <b>&amp;</b>");
      await annsRoom.whenHeard("Hi Ann <b>&amp;</b>");
      await annsRoom.whenNobodyTypes();
      assert.deepEqual(await annsRoom.heard(), { texts: ["Hello Ben", "Hi Ann <b>&amp;</b>"], seqs: [1, 2] });

      const link = ben.page.url();
      await ben.page.goto("/");
      await annsRoom.whenSeated("Ben", { online: false });
      await annsRoom.say("Where are you?");
      await annsRoom.whenHeard("Where are you?");
      await ben.page.goto(link);
      await bensRoom.whenLive();
      await bensRoom.whenHeard("Where are you?");
      await annsRoom.whenSeated("Ben", { online: true });

      await ben.page.locator(".leave button").click();
      await ben.page.waitForURL("**/");
      await annsRoom.whenTold("Ben left the room");
      await annsRoom.whenGone("Ben");
      await ann.goHome();
      await ben.goHome();
    });

    test("a new nickname shows everywhere at once", async () => {
      const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
      await bensRoom.say("I am Ben");
      await annsRoom.whenHeard("I am Ben");
      const tab = await ben.newPage();
      await tab.goto("/");
      await tab.locator("summary").click();
      await tab.locator("#nickname").fill("Benjamin");
      await tab.locator("form[action='/sign-in'] button").click();
      await annsRoom.whenTold("Ben is now Benjamin");
      await annsRoom.whenSeated("Benjamin", { online: true });
      assert.equal(await annsRoom.message("I am Ben").locator(".who").textContent(), "Benjamin");
      await ann.goHome();
      await ben.goHome();
    });

    test("after a restart the room, its people and its last messages are still there", async () => {
      const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
      // The browser says so itself when a connection is refused.
      [ann, ben].forEach((guest) => guest.expectComplaint(/WebSocket connection|ERR_CONNECTION/));
      await annsRoom.say("Remember this");
      await bensRoom.whenHeard("Remember this");
      await site.restart();
      await annsRoom.whenLive();
      await bensRoom.whenLive();
      await bensRoom.say("Still here");
      await annsRoom.whenHeard("Still here");

      await ann.page.reload();
      await annsRoom.whenLive();
      await annsRoom.whenHeard("Still here");
      assert.deepEqual(await annsRoom.heard(), { texts: ["Remember this", "Still here"], seqs: [1, 2] });
      await annsRoom.whenSeated("Ben", { online: true });
      await ann.page.goto("/");
      await ann.page.locator(".room-card").filter({ hasText: "Friday night" }).first().waitFor();
      await ann.goHome();
      await ben.goHome();
    });

    test("the socket server is killed: the page says so, comes back, and nothing is lost or doubled", async () => {
      const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
      [ann, ben].forEach((guest) => guest.expectComplaint(/WebSocket connection|ERR_CONNECTION/));
      await annsRoom.say("one");
      await bensRoom.whenHeard("one");

      await site.ws.kill();
      await annsRoom.whenConnection("waiting", "connecting", "offline");
      await bensRoom.whenConnection("waiting", "connecting", "offline");
      await annsRoom.say("two, on its way");
      await ann.page.locator(".message.pending").filter({ hasText: "two, on its way" }).waitFor();
      if (site.web !== site.ws) {
        // Pages and API still work: a client without a connection can still post.
        await ben.post(bensRoom.code(), "said over HTTP");
      }
      await site.ws.start();

      await annsRoom.whenLive();
      await bensRoom.whenLive();
      await bensRoom.whenHeard("two, on its way");
      await annsRoom.whenHeard("two, on its way");
      await ann.page.locator(".message.pending").waitFor({ state: "detached" });
      await bensRoom.say("three");
      await annsRoom.whenHeard("three");
      const said = ["one", "two, on its way", "three", ...(site.web === site.ws ? [] : ["said over HTTP"])];
      for (const room of [annsRoom, bensRoom]) {
        const { texts, seqs } = await room.heard();
        assert.deepEqual(texts.toSorted(), said.toSorted());
        assert.deepEqual(seqs, seqs.map((_, at) => at + 1), "in order, without a hole, none twice");
      }
      await ann.goHome();
      await ben.goHome();
    });
  });
}

describe("two processes and what is between them", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two processes"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("every page works, and the room shows its messages", async () => {
    const ann = await Guest.arrive(browser, site);
    ann.expectComplaint(/WebSocket connection|ERR_CONNECTION/);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Calm");
    await room.say("before");
    await room.whenHeard("before");
    await site.ws.kill();
    await ann.page.reload();
    await room.whenConnection("waiting", "offline");
    await room.whenHeard("before");
    await room.say("by the other way");
    await room.whenHeard("by the other way");
    await ann.page.goto("/");
    await ann.page.locator(".room-card").filter({ hasText: "Calm" }).waitFor();
    await ann.page.locator('#connection[data-state="waiting"]').waitFor();
    await site.ws.start();
    await ann.page.locator('#connection[data-state="live"]').waitFor();
    await ann.goHome();
  });

  test("a second user in the same tab posts nothing as the first one", async () => {
    const ann = await Guest.arrive(browser, site);
    ann.expectComplaint(/WebSocket connection|ERR_CONNECTION/);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "One tab");
    const link = ann.page.url();
    await site.ws.kill();
    await room.whenConnection("waiting", "connecting");
    await room.say("Ann's last words");
    await ann.page.locator(".message.pending").waitFor();
    await room.field.fill("Ann's draft");
    await ann.page.goto("/");
    await ann.page.locator("form[action='/sign-out'] button").click();
    await ann.signIn("Ben");
    await ann.page.goto(link);
    await room.whenConnection("waiting", "connecting");
    assert.equal(await room.field.inputValue(), "");
    assert.equal(await ann.page.locator(".message.pending").count(), 0);
    await site.ws.start();
    await room.whenLive();
    await room.say("Ben's first words");
    await room.whenHeard("Ben's first words");
    assert.deepEqual(await room.heard(), { texts: ["Ben's first words"], seqs: [1] });
    await ann.goHome();
  });

  test("Redis is killed and comes back: what happened meanwhile is there, once", async () => {
    const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
    const lobby = await ann.newPage();
    await lobby.goto("/");
    await lobby.locator('#connection[data-state="live"]').waitFor();
    await site.redis.kill();
    await ben.api("POST", "/rooms", { name: "Opened in silence" });
    await annsRoom.say("into the silence");
    await annsRoom.whenHeard("into the silence");
    await site.redis.start();
    await bensRoom.whenHeard("into the silence");
    await lobby.locator(".room-card").filter({ hasText: "Opened in silence" }).waitFor();
    await bensRoom.say("and out of it");
    await annsRoom.whenHeard("and out of it");
    for (const room of [annsRoom, bensRoom]) {
      assert.deepEqual(await room.heard(), { texts: ["into the silence", "and out of it"], seqs: [1, 2] });
    }
    await ann.goHome();
    await ben.goHome();
  });

  test("an older list does not restore a user who left", async () => {
    const { ann, ben, annsRoom } = await meet(browser, site);
    await annsRoom.whenSeated("Ben", { online: true });
    const list = `**/api/v1/rooms/${annsRoom.code()}`;
    let letGo;
    const held = new Promise((resolve) => (letGo = resolve));
    const asked = new Promise((resolve) => {
      const hold = async (route) => {
        const response = await route.fetch();
        resolve();
        await held;
        await route.fulfill({ response });
      };
      ann.page.route(list, hold, { times: 1 });
    });
    await site.redis.kill();
    await site.redis.start();
    await asked;
    await ben.page.locator(".leave button").click();
    await annsRoom.whenGone("Ben");
    let answers = 0;
    const afresh = ann.page.waitForResponse((response) => {
      if (new URL(response.url()).pathname.endsWith(`/api/v1/rooms/${annsRoom.code()}`)) answers += 1;
      return answers === 2;
    });
    letGo();
    await afresh;
    await ann.page.locator("#people-count").filter({ hasText: "1 of 50" }).waitFor({ state: "attached" });
    await annsRoom.whenGone("Ben");
    await ann.goHome();
    await ben.goHome();
  });

  test("left in another tab, and Redis could not pass it on: the next word tells", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Left in silence");
    const tab = await ann.newPage();
    await tab.goto(ann.page.url());
    await new RoomPage(tab).whenLive();
    await site.redis.kill();
    await tab.locator(".leave button").click();
    await tab.waitForURL("**/");
    await room.say("am I still here?");
    await room.whenEnded("refused");
    await site.redis.start();
    await ann.goHome();
  });

  test("killing and starting the web server disturbs no open room", async () => {
    const { ann, ben, annsRoom, bensRoom } = await meet(browser, site);
    await ann.page.evaluate(() => {
      window.statesSeen = [];
      new MutationObserver(() => window.statesSeen.push(document.getElementById("connection").dataset.state)).observe(
        document.getElementById("connection"),
        { attributes: true },
      );
    });
    await site.web.kill();
    await annsRoom.say("no web needed");
    await bensRoom.whenHeard("no web needed");
    await site.web.start();
    assert.deepEqual(await ann.page.evaluate(() => window.statesSeen), [], "the connection never changed its state");
    await ann.goHome();
    await ben.goHome();
  });
});
