import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { PHONE, launch } from "../support/guest.js";
import { PATIENT } from "../support/party.js";
import { Site } from "../support/site.js";
import { withBots } from "../support/solo.js";
import { Wire } from "../support/wire.js";

const SETUP = { options: PATIENT };
/** Without an id, as the server refuses a frame that it has not read. */
const LIMITED = { type: "error", code: "rate_limited", detail: "too many frames" };

describe("refusals of the server", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Opens a table whose host's connection is controlled by the test. */
  async function onAWire() {
    const { guest, table } = await withBots(browser, site, "Ada", { setup: SETUP, bots: 4, viewport: PHONE });
    const wire = await Wire.of(guest.page);
    await guest.page.reload();
    await table.whenLive();
    return { guest, page: guest.page, table, wire };
  }

  test("a refused line leaves the changes alone that are on their way; what changes nothing is not sent", async () => {
    const { guest, page, table, wire } = await onAWire();
    await page.locator(".setup summary").click();
    const button = (name) => page.locator(`[data-name="pace-${name}"]`);
    const pressed = (name) => page.locator(`[data-name="pace-${name}"][aria-pressed=true]`);
    const toast = (text) => page.locator("#toast").filter({ hasText: text }).waitFor();
    await button("long").click();
    await pressed("long").waitFor();
    await table.whenRead(table.words.event.set_up());
    await button("long").click();

    wire.hold();
    await button("quick").click();
    await pressed("quick").waitFor();
    const [long, quick] = await wire.whenSent("set_up", 2);
    assert.notDeepEqual(quick.do, long.do, "long was chosen already when it was pressed again");
    wire.tell({ type: "error", code: "said_already", detail: "a line was refused", id: randomUUID() });
    await toast("a line was refused");
    assert.equal(await pressed("quick").count(), 1, "the change is on its way all the same");
    wire.tell({ type: "error", code: "bad_setup", detail: "the change was refused", id: quick.id });
    await toast("the change was refused");
    await pressed("long").waitFor();
    wire.release();
    await pressed("quick").waitFor();
    await guest.goHome();
  });

  test("a message and a night action that the server has not read stay undone", async () => {
    const { guest, page, table, wire } = await onAWire();
    wire.loseNext();
    await table.say("is anybody there?");
    await table.whenRead(table.words.pending);
    wire.tell(LIMITED);
    await page.locator("#talk .on-its-way").waitFor({ state: "detached" });
    await table.whenRead("is anybody there?");
    assert.equal((await table.lines()).filter((line) => line.includes("anybody there")).length, 1, "said once");

    await table.do("start");
    await table.whenPhase("night");
    const name = (await table.seats()).map((label) => label.split(", ")[0]).find((seated) => seated !== "Ada");
    const confirm = table.button("confirm");
    wire.loseNext();
    await table.act(name);
    await confirm.filter({ hasText: table.words.confirmed(name) }).waitFor();
    wire.tell(LIMITED);
    await confirm.filter({ hasText: table.words.confirm(name) }).waitFor();
    await table.whenTold(table.words.say_night);
    await guest.goHome();
  });

  test("what the rules did not refuse is told in the page's own words; of a table that is gone it says so", async () => {
    const { guest, page, table, wire } = await onAWire();
    wire.tell({ type: "error", code: "unknown_type", detail: "no such frame" });
    await page.locator("#toast").filter({ hasText: "We cannot take this just now." }).waitFor();
    wire.tell({ type: "error", code: "table_not_found", detail: "there is no table with this code" });
    await page.getByText(table.words.endings.not_found.text).waitFor();
    assert.equal(await page.getByText("there is no table with this code").count(), 0);
    await guest.goHome();
  });

  test("a screen reader announces the open chat of the dead, and no secret", async () => {
    const { guest, page, table, wire } = await onAWire();
    await table.do("start");
    await table.whenPhase("night");
    await page.locator("#card button").waitFor();
    wire.hold();
    const dead = { ...wire.known.you.view, alive: false, can: [], write: ["dead"] };
    const said = (channel, text) => ({ type: "said", channel, by: { seat: 1, name: "Ghost" }, words: { text } });
    const announced = (text) => page.locator("#announcer p").filter({ hasText: text });
    wire.makeUp("you", said("dead", "I was a doctor"), dead);
    wire.makeUp("public", said("public", "who was it?"));
    await announced("who was it?").waitFor({ state: "attached" });
    assert.equal(await announced("I was a doctor").count(), 0, "the others sit at the same table");
    await table.turnTo("dead");
    await table.whenRead("I was a doctor");
    wire.makeUp("you", said("dead", "and you?"), dead);
    await announced("and you?").waitFor({ state: "attached" });
    await table.unveil();
    wire.makeUp("you", said("mafia", "the soldier next"), dead);
    await table.whenRead("the soldier next");
    wire.makeUp("public", said("public", "nobody knows"));
    await announced("nobody knows").waitFor({ state: "attached" });
    assert.equal(await announced("the soldier next").count(), 0, "not even with the secrets open");
    await guest.goHome();
  });
});
