import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Guest, PHONE, launch } from "../support/guest.js";
import { Party } from "../support/party.js";
import { Site } from "../support/site.js";

/** Longer than a table waits for its host. */
const AWAY_MS = 30_000;

describe("before the game begins", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two processes"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("a removed player cannot return and sees the reason; the next player replaces a host who leaves", async () => {
    const party = await Party.gather(browser, site, ["하늘", "바다", "구름"], { lang: "ko", viewport: PHONE });
    const [host, sent, next] = party.people;
    const { words } = host.table;
    await host.guest.page.getByRole("button", { name: words.kick(sent.name) }).click();
    await party.all(({ table }) => table.whenGone(sent.name));
    await sent.table.whenTold(words.say_lobby_visitor);
    await sent.table.do("sit");
    await sent.guest.page.locator("#toast").filter({ hasText: "방장이 당신을 이 테이블에서 내보냈어요." }).waitFor();
    assert.equal(await sent.table.seat(sent.name).count(), 0);

    assert.equal(await next.table.button("start").count(), 0);
    await host.table.do("stand");
    const aloud = (table, place, text) => table.page.locator(`#${place} p`).filter({ hasText: text }).waitFor({ state: "attached" });
    await Promise.all([aloud(next.table, "urgent", words.host_me), aloud(sent.table, "announcer", words.host_is(next.name))]);
    await party.all(({ table }) => table.whenSeatSays(next.name, "방장"));
    await next.table.button("start").waitFor();
    assert.equal(await next.table.button("start").isDisabled(), true);
    await next.table.whenTold("네 명부터 시작할 수 있어요");
    await next.guest.page.getByRole("button", { name: words.fill_bots(8) }).dblclick();
    await next.table.whenTold(words.say_lobby_host);
    assert.equal(await next.table.button("start").isEnabled(), true);
    await party.all(async ({ table }) => assert.equal((await table.seats()).length, 8));
    await party.goHome();
  });

  test("a player is shown as connected, and as gone after leaving", async () => {
    const party = await Party.gather(browser, site, ["Ada", "Ben"]);
    const [ada, ben] = party.people;
    await ada.table.whenConnected(ben.name, true);
    await ben.guest.page.goto("/mafia");
    await ada.table.whenConnected(ben.name, false);
    await ben.table.open(party.link);
    await ada.table.whenConnected(ben.name, true);
    await party.goHome();
  });

  test("another player takes over from an absent host", async () => {
    const party = await Party.gather(browser, site, ["Ada", "Ben"]);
    const [ada, ben] = party.people;
    await ben.table.whenTold(ben.table.words.say_lobby_wait);
    assert.equal(await ben.table.button("take_over").count(), 0);
    await ada.guest.page.goto("/mafia");
    await ben.table.whenTold(ben.table.words.say_host_away("Ada"));
    assert.equal(await ben.table.button("take_over").count(), 0, "Ada may only load the page again");
    await ben.table.button("take_over").waitFor({ timeout: AWAY_MS });
    await ben.table.whenTold(ben.table.words.say_host_gone("Ada"));
    await ben.table.do("take_over");
    await ben.table.whenSeatSays("Ben", "host");
    await ben.guest.page.getByRole("button", { name: ben.table.words.fill_bots(8) }).click();
    await ben.table.whenTold(ben.table.words.say_lobby_host);
    await ada.table.open(party.link);
    await ada.table.whenTold(ada.table.words.say_lobby_wait);
    await party.goHome();
  });

  test("what the host changes quickly one after another is all changed, and the keyboard stays where it is", async () => {
    const party = await Party.gather(browser, site, ["Ada", "Ben"]);
    const [ada, ben] = party.people;
    const { page } = ada.guest;
    await page.locator(".setup summary").click();
    const control = (name) => page.locator(`[data-name="${name}"]`);
    const before = Number(await page.locator(".role-count", { has: control("doctor+") }).locator("output").textContent());
    for (let press = 0; press < 5; press += 1) await control("doctor+").press("Enter");
    await control("doctor_self").uncheck();
    await control("reveal_roles").uncheck();
    await control("talk_seconds").fill("77");
    await control("spectators").uncheck();
    for (const { guest } of [ben, ada]) {
      await guest.page.locator(".setup[open]").or(guest.page.locator(".setup summary")).first().waitFor();
      await guest.page.waitForFunction((wanted) => {
        const value = (name) => document.querySelector(`[data-name="${name}"]`);
        const doctors = value("doctor+").closest(".role-count").querySelector("output").textContent;
        return doctors === wanted && value("talk_seconds").value === "77" && ["doctor_self", "reveal_roles", "spectators"].every((name) => !value(name).checked);
      }, String(before + 5));
    }
    // A player joins while the host types.
    await control("vote_seconds").fill("4");
    await ben.table.do("stand");
    await ada.table.whenGone("Ben");
    assert.equal(await control("vote_seconds").inputValue(), "4");
    assert.equal(await control("vote_seconds").evaluate((field) => field === document.activeElement), true);
    const add = page.getByRole("button", { name: ada.table.words.add_bot });
    // When a player leaves, the focus does not move to another player's button.
    await ben.table.do("sit");
    const bot = async () => {
      await add.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll("#scene [aria-pressed]").length === 3);
    };
    await ada.table.whenSeated("Ben");
    await bot();
    await page.getByRole("button", { name: ada.table.words.kick("Ben") }).focus();
    await ben.table.do("stand");
    await ada.table.whenGone("Ben");
    assert.equal(await add.evaluate((button) => button === document.activeElement), true, "the next Enter removes no other player");
    await page.locator(".lobby-people button").press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("#scene [aria-pressed]").length === 1);
    await add.focus();
    for (let bots = 2; bots <= 4; bots += 1) {
      await page.keyboard.press("Enter");
      await page.waitForFunction((wanted) => document.querySelectorAll("#scene [aria-pressed]").length === wanted, bots);
    }
    await party.goHome();
  });

  test("the list of tables updates itself without moving the focus", async () => {
    const reader = await Guest.arrive(browser, site);
    const { page } = reader;
    await page.clock.install();
    await page.goto("/mafia");
    await reader.signIn("Rea");
    // An installed clock runs until it is paused: on a slow machine the list would update by itself meanwhile.
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.locator("#name").fill("half a name");
    const party = await Party.gather(browser, site, ["Ada", "Ben"]);
    const [ada, ben] = party.people;
    const card = page.locator(`[data-live=open] [data-code="${ada.table.code()}"]`);
    assert.equal(await card.count(), 0);
    await page.clock.runFor(10_000);
    await card.waitFor();
    const taken = await card.locator(".taken").textContent();
    await card.locator("a").focus();
    await ben.table.do("stand");
    await ada.table.whenGone(ben.name);
    await page.clock.runFor(10_000);
    await card.locator(".taken").filter({ hasNotText: taken }).waitFor();
    assert.equal(await card.locator("a").evaluate((link) => link === document.activeElement), true, "the keyboard stays where it was");
    assert.equal(await page.locator("#name").inputValue(), "half a name");
    await party.goHome();
    await reader.goHome();
  });

  test("without a connection nothing can be done and nothing is lost", async () => {
    const party = await Party.gather(browser, site, ["Ada", "Ben"]);
    const [ada, ben] = party.people;
    const { words } = ada.table;
    // The browser says so itself when a connection is refused.
    party.people.forEach(({ guest }) => guest.expectComplaint(/WebSocket connection|ERR_CONNECTION/));
    const { page } = ada.guest;
    const control = (name) => page.locator(`[data-name="${name}"]`);
    await ada.table.field.fill("half a sentence");
    await page.locator(".setup summary").click();
    await control("vote_seconds").fill("33");
    const stillTyping = async () => {
      assert.equal(await control("vote_seconds").evaluate((field) => field === document.activeElement), true);
      assert.equal(await control("vote_seconds").inputValue(), "33");
    };
    await site.ws.kill();
    await party.all(({ table }) => table.whenConnection("waiting", "connecting"));
    await ada.table.whenTold(words.say_offline);
    assert.deepEqual((await ada.table.deck()).buttons, []);
    await stillTyping();
    // A press that leaves the keyboard where it is: refused, and said.
    await control("spectators").evaluate((box) => box.click());
    await page.locator("#toast").filter({ hasText: words.say_offline }).waitFor();
    assert.equal(await control("spectators").isChecked(), true, "as the table has it");
    await stillTyping();
    await page.locator("#connection").filter({ hasText: "Connection lost" }).waitFor();
    assert.equal(await page.getByRole("button", { name: words.kick(ben.name) }).isDisabled(), true);
    await ben.table.say("said into the silence");
    await ben.guest.page.locator("#talk").getByText(words.pending).waitFor();
    await site.ws.start();
    await party.all(({ table }) => table.whenLive());
    await party.all(({ table }) => table.whenRead("said into the silence"));
    await stillTyping();
    await page.keyboard.press("Enter");
    await ben.guest.page.waitForFunction(() => document.querySelector("[data-name=vote_seconds]").value === "33");
    assert.equal(await ada.table.field.inputValue(), "half a sentence");
    await ada.table.field.press("Enter");
    await party.all(({ table }) => table.whenRead("half a sentence"));
    for (const { table } of party.people) {
      assert.equal((await table.lines()).filter((line) => line.includes("said into the silence")).length, 1, "said once");
    }
    await ada.table.button("stand").waitFor();
    await party.goHome();
  });
});
