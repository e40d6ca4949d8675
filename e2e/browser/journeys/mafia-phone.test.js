import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { faults, watchPlaces } from "../support/fits.js";
import { PHONE, launch } from "../support/guest.js";
import { Site } from "../support/site.js";
import { withBots } from "../support/solo.js";

const PHASES = ["ballot", "dawn", "defence", "dusk", "lobby", "night", "over", "talk", "vote"];
const SHORT = { night_seconds: 2, dawn_seconds: 1, talk_seconds: 1, vote_seconds: 2, defence_seconds: 1, ballot_seconds: 1, dusk_seconds: 1, gone_after: 50, bots: "instant" };
/** So many mafia that games are short, and that the first day ends in another night. */
const TABLES = [
  { players: 4, mafia: 1, first_night_kill: false, lang: "ko", name: "가나다라마바사아자차카타파하거너더러머버" },
  { players: 8, mafia: 2, lang: "en", name: "W".repeat(20) },
  { players: 8, mafia: 2, lang: "ko", name: "가나다라마바사아자차카타파하거너더러머버", viewport: { width: PHONE.height, height: PHONE.width } },
  { players: 20, mafia: 8, lang: "ko", name: "가나다라마바사아자차카타파하거너더러머버" },
];
/** Not every game comes to a ballot; so many games without one do not happen. */
const GAMES = 6;
const GAME_MS = 180_000;

describe("a phone of 360 pixels, upright and on its side", () => {
  let site;
  let browser;
  before(async () => {
    [site, browser] = await Promise.all([Site.start("one process"), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Looks at one game; gives what was out of place in which phase. */
  async function lookAt({ players, mafia, first_night_kill = true, lang, name, viewport = PHONE }) {
    const setup = { roles: { mafia, doctor: 1 }, options: { ...SHORT, first_night_kill } };
    const { guest, table } = await withBots(browser, site, name, { setup, bots: players - 1, lang, viewport });
    await watchPlaces(guest.page);
    await table.say("말".repeat(150));
    await table.do("start");
    await guest.page.waitForFunction(() => window.misplaced.over, null, { timeout: GAME_MS });
    const found = await faults(guest.page);
    await guest.goHome();
    return found;
  }

  test("nothing is wider, and nothing covered, in any phase, with 4, 8 and 20 players", async () => {
    await Promise.all(TABLES.map(async (kind) => {
      const seen = {};
      for (let game = 0; game < GAMES && Object.keys(seen).length < PHASES.length; game += 1) Object.assign(seen, await lookAt(kind));
      assert.deepEqual(Object.keys(seen).toSorted(), PHASES, "every phase was looked at");
      for (const phase of PHASES) assert.deepEqual(seen[phase], [], `${phase} with ${kind.players} players`);
    }));
  });
});
