import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PHONE, launch } from "../support/guest.js";
import { Lid } from "../support/lid.js";
import { Party } from "../support/party.js";
import { Site } from "../support/site.js";

describe("away for a night", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two processes"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("closes the laptop, another closes the page; both come back to the vote as it is", async () => {
    const party = await Party.gather(browser, site, ["Ada", "Ben", "Cleo", "Dan", "Eve"], { viewport: PHONE, options: { talk_seconds: 20 } });
    const [{ table: { words } }] = party.people;
    await party.start();
    const [mafia, doctor, detective] = ["mafia", "doctor", "detective"].map((role) => party.who(role));
    const [walker, citizen] = party.others(mafia, doctor, detective);
    const sleeper = detective;
    const here = party.others(sleeper, walker);
    await party.all(({ guest }) => guest.page.evaluate(() => (window.neverReloaded = true)));

    // The detective acts and closes the laptop; another player leaves the page. Night, dawn and talk continue.
    await sleeper.table.act(mafia.name);
    await walker.table.sleep();
    const lid = new Lid(sleeper.guest);
    await lid.close();
    await walker.guest.page.goto("/mafia");
    await mafia.table.act(citizen.name);
    await doctor.table.act(citizen.name);
    await citizen.table.sleep();
    await party.all(({ table }) => table.whenPhase("talk"), here);
    await citizen.table.say("Is Eve asleep?");
    await party.all(({ table }) => table.whenRead("Is Eve asleep?"), here);
    await party.all(({ table }) => table.do("shorten"), here);
    await party.all(({ table }) => table.whenPhase("vote"), here);
    assert.equal(await sleeper.table.phase(), "night", "the laptop knows of nothing");

    await lid.open();
    await walker.table.open(party.link);
    await sleeper.table.whenLive();
    await party.all(({ table }) => table.whenPhase("vote"));
    await party.all(({ table }) => table.whenRead(words.event.vote()));
    const [first, ...rest] = await party.all(async ({ table }) => ({ lines: await table.lines(), seats: await table.seats() }));
    for (const seen of rest) assert.deepEqual(seen, first, "those who came back see what those see who stayed");
    assert.ok(first.lines.includes(words.event.nobody_died()));
    assert.equal(await sleeper.table.role(), "detective");
    await sleeper.table.unveil();
    await sleeper.table.whenRead(words.event.investigated({ t: mafia.name, mafia: true }));
    await sleeper.table.turnTo("public");

    // They continue to play.
    await party.all(({ table }) => table.vote(mafia.name), party.others(mafia));
    await mafia.table.abstain();
    await mafia.table.do("finish");
    await party.all(({ table }) => table.whenPhase("ballot"));
    await party.all(({ table }) => table.ballot("yes"), party.others(mafia));
    await party.all(({ table }) => table.whenPhase("over"));
    await party.all(({ table }) => table.whenRead(words.event.executed({ n: mafia.name, r: "Mafia" })));
    const [last, ...others] = await party.all(async ({ table }) => ({ lines: await table.lines(), seats: await table.seats() }));
    for (const seen of others) assert.deepEqual(seen, last);
    for (const { name, guest } of party.others(walker)) {
      assert.equal(await guest.page.evaluate(() => window.neverReloaded), true, `${name}'s page was loaded once`);
    }
    await party.goHome();
  });
});
