import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, launch } from "../support/guest.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";

const TOKENS = "/api/v1/socket-token";

/** Counts the page's requests for tokens, and keeps the URLs of its sockets. */
function watch(page) {
  const seen = { tokens: 0, sockets: [] };
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === TOKENS) seen.tokens += 1;
  });
  page.on("websocket", (socket) => seen.sockets.push(socket.url()));
  return seen;
}

describe("a site whose sockets are on a host that gets no cookie", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two hosts"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("friends talk, and come back after a restart, with a new token for each connection", async () => {
    const [ann, bo] = await Promise.all([Guest.arrive(browser, site), Guest.arrive(browser, site, { lang: "ko" })]);
    await Promise.all([ann.comeIn("Ann"), bo.comeIn("Bo")]);
    const anns = await RoomPage.create(ann, "Two hosts");
    const seen = watch(bo.page);
    await bo.page.goto(`/rooms/${anns.code()}`);
    const bos = await new RoomPage(bo.page).whenLive();
    await anns.whenSeated("Bo", { online: true });
    await bos.say("hello");
    await anns.whenHeard("hello");
    assert.deepEqual([seen.tokens, seen.sockets.length], [1, 1]);
    assert.equal(new URL(seen.sockets[0]).hostname, "127.0.0.1");
    assert.ok(!seen.sockets[0].includes("token"), "no token is in a URL");
    assert.deepEqual(await bo.context.cookies("http://127.0.0.1"), [], "the sockets' host gets no cookie");

    for (const guest of [ann, bo]) guest.expectComplaint(/WebSocket connection|CLOSING or CLOSED/);
    await site.ws.stop();
    await bos.whenConnection("waiting", "connecting");
    await site.ws.start();
    await Promise.all([anns.whenLive(), bos.whenLive()]);
    await anns.say("back");
    await bos.whenHeard("back");
    assert.equal(seen.tokens, seen.sockets.length, "each try has a token of its own");
    await Promise.all([ann.goHome(), bo.goHome()]);
  });

  test("the end of the session closes the page and is not tried again", async () => {
    const ann = await Guest.arrive(browser, site);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Signed out");
    const tab = await ann.newPage();
    await tab.goto("/");
    await tab.locator("form[action='/sign-out'] button").click();
    await room.whenEnded("ended");
    await ann.goHome();
  });

  test("a session that ended while the socket was away ends the page when it comes back", async () => {
    const ann = await Guest.arrive(browser, site);
    ann.expectComplaint(/WebSocket connection|status of 401/);
    await ann.comeIn("Ann");
    const room = await RoomPage.create(ann, "Away");
    await site.ws.stop();
    await room.whenConnection("waiting", "connecting");
    const tab = await ann.newPage();
    await tab.goto("/");
    await tab.locator("form[action='/sign-out'] button").click();
    await room.whenEnded("ended");
    await site.ws.start();
    await ann.goHome();
  });
});
