import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, PHONE, launch } from "../support/guest.js";
import { InputMethod } from "../support/input-method.js";
import { RoomPage } from "../support/room-page.js";
import { Site } from "../support/site.js";
import { withBots } from "../support/solo.js";

describe("writing Korean with an input method", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Writes 안녕; the Enter that ends the last syllable sends nothing, and the next one sends the whole word once. */
  async function greets(page, field) {
    await field.focus();
    const method = await InputMethod.of(page);
    await method.compose("ㅇ", "아", "안");
    await method.commit("안");
    await method.compose("ㄴ", "녀", "녕");
    await method.enter();
    assert.equal(await field.inputValue(), "안녕", "the Enter within a syllable sends nothing");
    await method.commit("녕");
    assert.equal(await field.inputValue(), "안녕");
    await field.press("Enter");
  }

  test("at a table, the Enter that ends a syllable is not the Enter that sends", async () => {
    const { guest, table } = await withBots(browser, site, "가온", { bots: 3, lang: "ko", viewport: PHONE });
    await greets(guest.page, table.field);
    await table.whenRead("안녕");
    assert.equal(await table.field.inputValue(), "");
    const said = (await table.lines()).filter((line) => line.includes("안") || line.includes("녕"));
    assert.deepEqual(said, ["가온 안녕"], "said once, and whole");
    await guest.goHome();
  });

  test("in a room too", async () => {
    const [ann, ben] = [await Guest.arrive(browser, site, { lang: "ko" }), await Guest.arrive(browser, site, { lang: "ko" })];
    await ann.comeIn("나래");
    const room = await RoomPage.create(ann, "한글");
    await ben.page.goto(ann.page.url());
    await ben.signIn("다온");
    const bens = await new RoomPage(ben.page).whenLive();
    await greets(ann.page, room.field);
    await bens.whenHeard("안녕");
    assert.deepEqual((await bens.heard()).texts, ["안녕"], "said once, and whole");
    await ann.goHome();
    await ben.goHome();
  });
});
