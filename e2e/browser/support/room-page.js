/** The room page, as a user sees it. All waits are for what the page shows. */
export class RoomPage {
  constructor(page) {
    this.page = page;
    this.field = page.locator("#body");
  }

  /** Creates a room from the lobby and waits until it is live. */
  static async create(guest, name) {
    await guest.page.locator("#name").fill(name);
    await guest.page.locator("form[action='/rooms'] button").click();
    await guest.page.waitForURL("**/rooms/*");
    return new RoomPage(guest.page).whenLive();
  }

  /** The room's code. */
  code() {
    return new URL(this.page.url()).pathname.split("/").at(-1);
  }

  /** The link that the page's button hands out. */
  async link() {
    await this.page.locator("#copy").click();
    await this.page.locator("#toast:not(:empty)").waitFor();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async whenLive() {
    return this.whenConnection("live");
  }

  async whenConnection(...states) {
    const all = states.map((state) => `#connection[data-state="${state}"]`).join(", ");
    await this.page.locator(all).waitFor({ state: "attached" });
    await this.page.locator("#loading").waitFor({ state: "hidden" });
    return this;
  }

  async say(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Waits until a message is there that the server has taken. */
  async whenHeard(text) {
    await this.message(text).waitFor();
  }

  message(text) {
    return this.page.locator(".message[data-seq]").filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Waits for a line such as "Ann took a seat". */
  async whenTold(text) {
    await this.page.locator(".event").filter({ hasText: text }).last().waitFor();
  }

  /** Waits until a user is shown in the room, online or offline. */
  async whenSeated(nickname, { online }) {
    const seat = this.page.locator(online ? ".seat.online" : ".seat:not(.online):not(.free)");
    await seat.filter({ has: this.page.getByText(nickname, { exact: false }) }).waitFor({ state: "attached" });
  }

  /** Waits until no user of this name is shown. */
  async whenGone(nickname) {
    await this.page.locator(".seat").filter({ hasText: nickname }).waitFor({ state: "detached" });
  }

  async whenTyping(text) {
    await this.page.locator("#typing").filter({ hasText: text }).waitFor();
  }

  async whenNobodyTypes() {
    await this.page.locator("#typing:empty").waitFor({ state: "attached" });
  }

  /** The accepted messages: texts in the shown order, and numbers. */
  async heard() {
    const items = this.page.locator(".message[data-seq]");
    const texts = await items.locator(".text").allTextContents();
    const seqs = await items.evaluateAll((all) => all.map((item) => Number(item.dataset.seq)));
    return { texts, seqs };
  }

  /** Waits for the page that says why there is no room any more: `ended`, `refused`, `not_found`. */
  async whenEnded(ending) {
    await this.page.locator(`[data-ending="${ending}"]`).waitFor();
  }
}
