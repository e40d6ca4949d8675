/** A laptop's lid. While closed, the page stands still without a network, and the server gets no close. */
export class Lid {
  #guest;
  #debugger;

  constructor(guest) {
    this.#guest = guest;
  }

  async close() {
    this.#debugger = await this.#guest.context.newCDPSession(this.#guest.page);
    // The page complains about interrupted requests when it wakes up.
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
