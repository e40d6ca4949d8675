import { Guest } from "./guest.js";
import { TablePage } from "./table-page.js";

/** Long phases; most of them end earlier by the players' actions. */
export const PATIENT = {
  night_seconds: 120, dawn_seconds: 2, talk_seconds: 120, vote_seconds: 120, defence_seconds: 120, ballot_seconds: 120, dusk_seconds: 2,
};

/** Users at one table of Mafia, each with a browser. */
export class Party {
  /** `[{name, guest, table, role}]`; the host is the first, and the table is live for all of them. */
  static async gather(browser, site, names, { options = {}, roles = null, ...arrival } = {}) {
    const party = new Party();
    const arrived = await Promise.all(names.map((name) => Party.#arrive(browser, site, name, arrival)));
    party.people = arrived;
    const [host, ...others] = arrived;
    await party.#openTable(host, { roles, options: { ...PATIENT, ...options } });
    await Promise.all(others.map(async ({ name, table }) => {
      await table.open(party.link);
      await table.sitDown(name);
    }));
    for (const { table } of arrived) for (const name of names) await table.whenSeated(name);
    return party;
  }

  static async #arrive(browser, site, name, arrival) {
    const guest = await Guest.arrive(browser, site, arrival);
    return { name, guest, table: new TablePage(guest, arrival.lang) };
  }

  /** Starts at the page of all tables; the test's own lengths have no button there. */
  async #openTable({ name, guest, table }, setup) {
    const { page } = guest;
    await page.goto("/mafia");
    await guest.signIn(name);
    await page.locator("#name").fill("Friday");
    await page.locator("form[action='/mafia'] button").click();
    await page.waitForURL("**/mafia/*");
    await table.whenLive();
    this.link = page.url();
    await guest.api("PUT", `/games/${table.code()}/setup`, setup);
  }

  /** The host starts the game, and all players look at their cards. */
  async start() {
    await this.people[0].table.do("start");
    await this.all(async (person) => {
      await person.table.whenPhase("night");
      person.role = await person.table.role();
    });
  }

  /** All players act concurrently. */
  all(run, people = this.people) {
    return Promise.all(people.map(run));
  }

  /** The first player with this role. */
  who(role) {
    return this.people.find((person) => person.role === role);
  }

  /** All others. */
  others(...those) {
    return this.people.filter((person) => !those.includes(person));
  }

  async goHome() {
    for (const { guest } of this.people) await guest.goHome();
  }
}
