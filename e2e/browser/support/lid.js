/** A laptop's lid: closed, the page stands still and its machine has no network; the server is not told. */
export class Lid {
  #guest;
  #debugger;

  constructor(guest) {
    this.#guest = guest;
  }

  async close() {
    this.#debugger = await this.#guest.context.newCDPSession(this.#guest.page);
    // What was on its way when the line was cut is complained about when the page wakes up.
    this.#guest.expectComplaint(/WebSocket connection|ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|ERR_NETWORK/);
    await this.#guest.context.setOffline(true);
    await this.#debugger.send("Page.setWebLifecycleState", { state: "frozen" });
  }

  async open() {
    await this.#debugger.send("Page.setWebLifecycleState", { state: "active" });
    await this.#guest.context.setOffline(false);
    await this.#debugger.detach();
  }
}
