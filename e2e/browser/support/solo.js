import { Guest } from "./guest.js";
import { TablePage } from "./table-page.js";

/** Longer than any phase of a table with bots. */
const PHASE_MS = 60_000;

/** Opens a table with bots for one user, its host. */
export async function withBots(browser, site, name, { setup, bots, ...arrival }) {
  const guest = await Guest.arrive(browser, site, arrival);
  const table = new TablePage(guest, arrival.lang);
  await guest.page.goto("/mafia");
  await guest.signIn(name);
  const { game } = await guest.api("POST", "/games", { setup });
  await guest.api("POST", `/games/${game.code}/bots`, { count: bots });
  await table.open(game.code);
  return { name, guest, table };
}

/** The quickest action of each phase. */
const DEEDS = {
  night: async (table) => {
    for (const name of await pickable(table)) {
      await table.pick(name);
      await table.do("confirm");
      // A member of the own team is refused: then the next one.
      if ((await table.sentence.textContent()) === table.words.say_night_done) return;
    }
  },
  talk: (table) => table.do("shorten"),
  vote: async (table) => table.vote((await pickable(table))[0]),
  defence: (table) => table.do("finish"),
  ballot: (table) => table.ballot("yes"),
};

/** The names of the selectable players, the own one last. */
async function pickable(table) {
  const labels = await table.page.locator("#scene [aria-disabled=false]").evaluateAll((all) => all.map((seat) => seat.getAttribute("aria-label").split(", ")));
  const own = ([, second]) => second === "you" || second === "나";
  return labels.toSorted((a, b) => own(a) - own(b)).map(([name]) => name);
}

/** Plays until the game is over. Returns the phases in which the player acted. */
export async function playOut(table) {
  const done = new Set();
  for (let phase = await table.phase(); phase !== "over"; phase = await table.phase()) {
    const ends = table.page.waitForFunction((now) => document.body.dataset.phase !== now, phase, { timeout: PHASE_MS });
    const may = (await table.page.locator("#deck button:enabled, #scene [aria-disabled=false]").count()) > 0;
    // Bots do not wait: a phase may end during the action, which then has no effect.
    if (may && DEEDS[phase]) await Promise.race([DEEDS[phase](table).then(() => done.add(phase), () => {}), ends]);
    await ends;
  }
  return done;
}
