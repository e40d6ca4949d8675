import { WORDS } from "./mafia-texts.js";
import { Told } from "./told.js";

/** The parts of a seat's label that differ by reader or by connection. */
const OFFLINE = { en: "not connected", ko: "연결 끊김" };
const PASSING = { en: ["you", "chosen", OFFLINE.en], ko: ["나", "선택됨", OFFLINE.ko] };

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A table of Mafia, as a user sees it. All waits are for what the page shows. */
export class TablePage {
  #lang;

  constructor(guest, lang = "en") {
    this.#lang = lang;
    this.page = guest.page;
    this.words = WORDS[lang];
    this.told = new Told(guest.page);
    this.field = guest.page.locator("#talk textarea");
    this.log = guest.page.locator("#talk [role=log]");
    this.sentence = guest.page.locator("#now");
  }

  /** The table's code. */
  code() {
    return new URL(this.page.url()).pathname.split("/").at(2);
  }

  /** Opens a table by its code or link. */
  async open(code) {
    await this.page.goto(code.startsWith("http") ? code : `/mafia/${code}`);
    return this.whenLive();
  }

  async whenLive() {
    await this.whenConnection("live");
    await this.page.locator("#game").waitFor();
    return this;
  }

  async whenConnection(...states) {
    const all = states.map((state) => `#connection[data-state="${state}"]`).join(", ");
    await this.page.locator(all).waitFor({ state: "attached" });
  }

  /** Gives a nickname where a stranger is asked for one, and takes a seat. */
  async sitDown(nickname) {
    await this.page.locator("#nickname").fill(nickname);
    await this.page.locator("form[action='/sign-in'] button").click();
    await this.do("sit");
    await this.whenSeated(nickname);
    await this.whenLive();
  }

  /** Waits until a player of this name has a seat. */
  async whenSeated(name) {
    await this.seat(name).waitFor();
  }

  async whenGone(name) {
    await this.seat(name).waitFor({ state: "detached" });
  }

  /** Waits for the first of these phases. */
  async whenPhase(...phases) {
    await this.page.locator(phases.map((phase) => `body[data-phase="${phase}"]`).join(", ")).waitFor({ state: "attached" });
  }

  phase() {
    return this.page.locator("body").getAttribute("data-phase");
  }

  /** The seat of a player, by the name at the start of its label. */
  seat(name) {
    return this.page.locator("#scene").getByRole("button", { name: new RegExp(`^${escaped(name)}, `) });
  }

  /** Waits until a seat's label has this word. */
  async whenSeatSays(name, word) {
    const label = new RegExp(`^${escaped(name)}, (.*, )?${escaped(word)}(,|$)`);
    await this.page.locator("#scene").getByRole("button", { name: label }).waitFor();
  }

  /** Waits until a player is shown as connected or not. */
  async whenConnected(name, connected) {
    const is = this.page.locator("#scene").getByRole("button", { name: new RegExp(`^${escaped(name)}, .*${OFFLINE[this.#lang]}`) });
    await is.waitFor({ state: connected ? "detached" : "visible" });
  }

  /** The labels of all seats without the parts that differ by reader. */
  async seats() {
    const labels = await this.page.locator("#scene [aria-pressed]").evaluateAll((all) => all.map((seat) => seat.getAttribute("aria-label")));
    return labels.map((label) => label.split(", ").filter((word) => !PASSING[this.#lang].includes(word)).join(", "));
  }

  /** Selects a player at the table. */
  async pick(name) {
    await this.seat(name).click();
    await this.page.locator("#scene [aria-pressed=true]").and(this.seat(name)).waitFor();
  }

  button(id) {
    return this.page.locator(`#deck [data-id="${id}"]`);
  }

  /** Presses one of the large buttons. */
  async do(id) {
    await this.button(id).click();
  }

  /** Waits for this sentence. */
  async whenTold(text) {
    await this.sentence.filter({ hasText: text }).waitFor();
  }

  /** Acts at night; a player without an action pretends to act. */
  async act(target) {
    await this.pick(target);
    await this.do("confirm");
    await this.whenTold(this.words.say_night_done);
  }

  async sleep() {
    await this.do("sleep");
    await this.whenTold(this.words.say_night_done);
  }

  async vote(target) {
    await this.pick(target);
    await this.do("vote");
    await this.whenTold(this.words.say_voted(target));
  }

  async abstain() {
    await this.do("abstain");
    await this.whenTold(this.words.say_abstained);
  }

  /** Votes on the accused, `yes`, `no` or `abstain`: the first press asks back. */
  async ballot(choice) {
    await this.do(choice);
    await this.button(choice).filter({ hasText: this.words.again_to_confirm("").trim() }).waitFor();
    await this.do(choice);
  }

  /** What the thumb finds: the sentence and the buttons. */
  async deck() {
    return { now: await this.sentence.textContent(), buttons: await this.page.locator("#deck [data-id]").allTextContents() };
  }

  /** Holds the card, and reads the role on it. */
  async role() {
    await this.page.locator("#card button").hover();
    await this.page.mouse.down();
    const face = await this.page.locator("#card [role=status]").innerText();
    await this.page.mouse.up();
    await this.page.locator("#card [role=status]").waitFor({ state: "hidden" });
    const names = Object.entries(await this.#roleNames());
    return names.find(([, name]) => face.split("\n")[0].includes(name))[0];
  }

  /** A role as the page calls it. */
  async nameOf(role) {
    return (await this.#roleNames())[role];
  }

  /** Every role's name and sign that stands on the table, the set-up of the lobby apart. */
  async rolesInPage() {
    const table = await this.page.locator("#table").evaluate((whole) => {
      const copy = whole.cloneNode(true);
      copy.querySelector("#lobby").remove();
      return copy.outerHTML;
    });
    return [...Object.values(await this.#roleNames()), ...(await this.#signs())].filter((word) => table.includes(word));
  }

  async say(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  async turnTo(tab) {
    await this.page.locator(`[data-tab="${tab}"]`).click();
  }

  /** Opens the secret tab. */
  async unveil() {
    await this.turnTo("secret");
    await this.page.locator("#talk [aria-expanded=false]").click();
    await this.log.waitFor();
  }

  /** Waits for a line in the log that is open. */
  async whenRead(text) {
    await this.log.locator("li").filter({ hasText: text }).last().waitFor({ state: "attached" });
  }

  /** The log that is open, line by line. */
  lines() {
    return this.log.locator("li").allTextContents();
  }

  /** The news on the table. */
  async whenNews(text) {
    await this.page.locator("#news").filter({ hasText: text }).waitFor();
  }

  /** How many lines are drawn from who names to who is named. */
  async whenLinesDrawn(count) {
    await this.page.waitForFunction((wanted) => document.querySelectorAll("#scene svg.lines path").length === wanted, count);
  }

  #roleNames() {
    return this.page.locator("#texts").evaluate((texts) => {
      const { roles } = JSON.parse(texts.textContent).game;
      return Object.fromEntries(Object.entries(roles).map(([role, { name }]) => [role, name]));
    });
  }

  /** The pictures that stand for roles. */
  #signs() {
    return this.page.locator("#texts").evaluate((texts) => JSON.parse(texts.textContent).catalogue.roles.map(({ sign }) => sign));
  }
}
