import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PHONE, launch } from "../support/guest.js";
import { Party } from "../support/party.js";
import { MODES, Site } from "../support/site.js";

const NAMES = ["하늘", "바다", "구름", "나무", "노을"];

for (const mode of Object.keys(MODES)) {
  describe(`five friends and their phones in ${mode}`, () => {
    let site;
    let browser;
    before(async () => {
      [site, browser] = await Promise.all([Site.start(mode), launch()]);
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
    });

    test("they play from the lobby to victory, and each page receives only its own secrets", async () => {
      const party = await Party.gather(browser, site, NAMES, { lang: "ko", viewport: PHONE });
      const [{ table: { words } }] = party.people;
      await party.start();
      assert.deepEqual(party.people.map(({ role }) => role).toSorted(), ["citizen", "citizen", "detective", "doctor", "mafia"]);
      const [mafia, doctor, detective] = ["mafia", "doctor", "detective"].map((role) => party.who(role));
      const [victim, suspect] = party.others(mafia, doctor, detective);

      // The first night: phones that lie side by side look alike.
      const seats = await mafia.table.seats();
      const seatOf = ({ name }) => seats.findIndex((label) => label.startsWith(`${name}, `));
      const assertNoSecrets = (when) =>
        party.all(async (person) => {
          const { table, role } = person;
          assert.deepEqual(await table.rolesInPage(), [], `${when}, in the page of the ${role}`);
          assert.deepEqual(table.told.roles(), [`${seatOf(person)}:${role}`, `own:${role}`], `${when}, told to the ${role}`);
        });
      const decks = await party.all(({ table }) => table.deck());
      for (const deck of decks) assert.deepEqual(deck, decks[0], "the night looks the same to every role");
      await assertNoSecrets("as night falls");
      await mafia.table.act(victim.name);
      await doctor.table.act(detective.name);
      await detective.table.act(mafia.name);
      await victim.table.act(mafia.name);
      await assertNoSecrets("before all are done");

      // Dawn, and talk.
      const citizen = await victim.table.nameOf("citizen");
      const news = words.event.killed({ n: victim.name, r: citizen });
      const atDawn = party.all(({ table }) => table.whenNews(news));
      await suspect.table.sleep();
      await atDawn;
      await party.all(({ table }) => table.whenRead(news));
      await party.all(({ table }) => table.whenPhase("talk"));
      await detective.table.say(`범인은 ${mafia.name}!`);
      await party.all(({ table }) => table.whenRead(`범인은 ${mafia.name}!`));
      assert.equal(await victim.table.field.isDisabled(), true, "the dead say nothing to the living");
      await victim.table.turnTo("dead");
      await victim.table.say("억울해요");
      await victim.table.whenRead("억울해요");
      await victim.table.turnTo("public");
      const living = party.others(victim);
      await party.all(({ table }) => table.do("shorten"), living);

      // Three name the wrong one, and think better of it.
      await party.all(({ table }) => table.whenPhase("vote"));
      await party.all(({ table }) => table.vote(suspect.name), [mafia, doctor, detective]);
      await party.all(({ table }) => table.whenLinesDrawn(3));
      await party.all(({ table }) => table.whenSeatSays(suspect.name, "3표"));
      await suspect.table.abstain();
      await party.all(({ table }) => table.whenPhase("defence"));
      assert.equal(await doctor.table.field.isDisabled(), true, "the accused alone speaks");
      await suspect.table.say("저는 시민이에요");
      await party.all(({ table }) => table.whenRead("저는 시민이에요"));
      await suspect.table.do("finish");
      await party.all(({ table }) => table.whenPhase("ballot"));
      await mafia.table.ballot("yes");
      await party.all(({ table }) => table.ballot("no"), [doctor, detective]);
      await party.all(({ table }) => table.whenRead(words.event.judged({ n: suspect.name, yes: 1, no: 2, dies: false })));

      // The second night: the doctor is attacked, and was careful.
      await party.all(({ table }) => table.whenPhase("night"));
      await mafia.table.act(doctor.name);
      await doctor.table.act(doctor.name);
      await party.all(({ table }) => table.sleep(), [detective, suspect]);
      await party.all(({ table }) => table.whenRead(words.event.nobody_died()));
      await party.all(({ table }) => table.whenPhase("talk"));
      await party.all(({ table }) => table.do("shorten"), living);
      await party.all(({ table }) => table.whenPhase("vote"));
      await party.all(({ table }) => table.vote(mafia.name), [doctor, detective, suspect]);
      await mafia.table.abstain();
      await mafia.table.do("finish");
      await party.all(({ table }) => table.whenPhase("ballot"));
      await party.all(({ table }) => table.ballot("yes"), [doctor, detective, suspect]);

      // All players see the same end.
      const won = "시민";
      await party.all(({ table }) => table.whenPhase("over"));
      await party.all(({ table }) => table.whenNews(won));
      await party.all(({ table }) => table.whenTold(words.say_over));
      const [first, ...rest] = await party.all(async ({ table }) => ({ lines: await table.lines(), seats: await table.seats() }));
      for (const seen of rest) assert.deepEqual(seen, first);
      for (const person of party.people) {
        assert.match(first.seats[seatOf(person)], new RegExp(`^${person.name}, .*${await person.table.nameOf(person.role)}`));
      }
      assert.match(first.seats[seatOf(mafia)], /사망/);

      // Each player's night actions went to no other page.
      const deeds = { pointed: "mafia", protected: "doctor", investigated: "detective" };
      for (const { role, table } of party.people) {
        const own = Object.keys(deeds).filter((deed) => table.told.kinds().has(deed));
        assert.deepEqual(own, Object.keys(deeds).filter((deed) => deeds[deed] === role), `what the ${role} was told`);
        assert.equal(table.told.has("억울해요"), table === victim.table, "the dead whisper");
      }
      await party.goHome();
    });
  });
}
