import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PHONE, launch } from "../support/guest.js";
import { Party } from "../support/party.js";
import { Site } from "../support/site.js";

const NAMES = ["하늘", "바다", "구름", "나무", "노을"];

describe("two of the mafia", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("two processes"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test("they whisper and point together, and no phone beside theirs shows it", async () => {
    const roles = { mafia: 2, doctor: 1 };
    const party = await Party.gather(browser, site, NAMES, { lang: "ko", viewport: PHONE, roles, options: { first_night_kill: false } });
    await party.start();
    const mafia = party.people.filter(({ role }) => role === "mafia");
    const [first, second] = mafia;
    const rest = party.others(...mafia);
    const { words } = first.table;
    const unnoticed = async (when) => {
      for (const { table } of party.people) assert.deepEqual(await table.rolesInPage(), [], when);
      for (const { table } of rest) assert.ok(!table.told.has("누구로 할까") && !table.told.kinds().has("pointed"), when);
    };

    // The first night has no kill: a confirmed choice has no effect, and the card says why.
    await party.all(({ table }) => table.unveil(), mafia);
    await first.table.say("누구로 할까?");
    await first.table.whenRead("누구로 할까?");
    await first.guest.page.locator("#talk .secret").getByText(words.peaceful).waitFor();
    await second.table.whenRead("누구로 할까?");
    for (let line = 1; line <= 12; line += 1) {
      await first.table.say(`속삭임 ${line}`);
      await second.table.whenRead(`속삭임 ${line}`);
    }
    for (const { guest } of mafia) await inSight(guest.page, "속삭임 12");
    // Reopened without news, it shows the role; then it follows the next whisper, unless the reader has scrolled up.
    const panel = second.guest.page.locator("#talk-panel");
    await second.table.turnTo("public");
    await second.table.unveil();
    assert.equal(await panel.evaluate((scrolled) => scrolled.scrollTop), 0);
    await first.table.say("들려?");
    await second.table.whenRead("들려?");
    await inSight(second.guest.page, "들려?");
    await panel.evaluate((scrolled) => scrolled.scrollTo(0, 0));
    await first.table.say("또 들려?");
    await second.table.whenRead("또 들려?");
    assert.equal(await panel.evaluate((scrolled) => scrolled.scrollTop), 0, "who reads on purpose stays there");
    await party.all(({ table }) => table.turnTo("public"), mafia);
    await unnoticed("after the whispers");
    await party.all(({ table }) => table.sleep());

    await party.all(({ table }) => table.whenPhase("talk"));
    await party.all(({ table }) => table.do("shorten"));
    await party.all(({ table }) => table.whenPhase("vote"));
    await party.all(({ table }) => table.abstain());
    await party.all(({ table }) => table.whenPhase("night"));

    // The second night: one picks the other by mistake, which looks like every other pick, and then somebody else.
    await first.table.act(second.name);
    assert.equal(await first.guest.page.locator("#toast").textContent(), "", "nothing that only the mafia can get");
    await first.table.unveil();
    await first.guest.page.locator("#talk .secret").getByText(words.in_vain(second.name)).waitFor();
    assert.ok(!second.table.told.has('"pointed"'), "no pointing was received");
    await first.table.turnTo("public");
    await first.table.act(rest[0].name);
    await second.table.unveil();
    await second.guest.page.locator("#talk .secret").getByText(words.points(first.name, rest[0].name)).waitFor();
    await second.table.whenLinesDrawn(1);
    assert.equal(await first.guest.page.locator("#scene svg.lines path").count(), 0, "drawn for who looks at secrets alone");
    await second.table.turnTo("public");
    await second.table.whenLinesDrawn(0);
    await unnoticed("after they have pointed");
    await second.table.act(rest[0].name);
    const living = rest.slice(1);
    await party.all(({ table }) => table.sleep(), rest);
    await party.all(({ table }) => table.whenPhase("dawn", "over"));
    await living[0].table.whenSeatSays(rest[0].name, "사망");
    await party.all(({ table }) => table.whenPhase("over"), party.people);
    await party.all(({ table }) => table.whenNews("마피아"));
    await party.goHome();
  });

  test("a detective who was away and confirms once more does not read that nothing was done", async () => {
    const party = await Party.gather(browser, site, NAMES.slice(0, 4), { lang: "ko", viewport: PHONE, roles: { mafia: 1, detective: 1 } });
    await party.start();
    const [detective, { name }] = [party.who("detective"), party.who("mafia")];
    const { table, guest } = detective;
    const secret = guest.page.locator("#talk .secret");
    await table.act(name);
    await guest.page.reload();
    await table.whenLive();
    await table.act(name);
    await table.unveil();
    await table.whenRead(table.words.event.investigated({ t: name, mafia: true }));
    await secret.getByText(await table.nameOf("detective")).first().waitFor();
    assert.equal(await secret.getByText(table.words.in_vain(name)).count(), 0);
    await party.goHome();
  });

  /** Waits until a line can be seen without scrolling. */
  async function inSight(page, text) {
    await page.waitForFunction((wanted) => {
      const panel = document.getElementById("talk-panel").getBoundingClientRect();
      const line = [...document.querySelectorAll("#talk li")].find(({ textContent }) => textContent.includes(wanted));
      const { top, bottom } = line.getBoundingClientRect();
      return top >= panel.top - 1 && bottom <= panel.bottom + 1;
    }, text);
  }
});
