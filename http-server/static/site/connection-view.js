import { button, byId, make } from "./dom.js";
import { fill, texts } from "./texts.js";

/** A shorter countdown would be over before it is read. */
const WORTH_COUNTING_MS = 1_500;
/** A connection that is back within this time is not reported. */
const PATIENCE_MS = 400;

/** Shows the state of the connection in `#connection`. */
export class ConnectionView {
  #place = byId("connection");
  #text = make("span", { class: "connection-text" });
  #count = make("span", { class: "connection-count", "aria-hidden": "true" });
  #timer = null;

  constructor(onConnectNow) {
    const now = button(texts.connect_now, onConnectNow);
    now.id = "connect-now";
    this.#place.replaceChildren(make("span", { class: "lamp" }), this.#text, this.#count, now);
  }

  /** Shows a state of the `Connection`. */
  show(state) {
    clearInterval(this.#timer);
    clearTimeout(this.#timer);
    const shown = this.#place.dataset.state;
    // The first moments of a connection, and a try after a failure, are no news to the user.
    if (state.name === "connecting" && !state.again && !state.obstacle && shown === undefined) {
      this.#timer = setTimeout(() => this.#put("connecting", texts.connecting), PATIENCE_MS);
    } else if (state.obstacle && state.name !== "offline") {
      this.#put("waiting", fill(texts[`no_${state.obstacle.reason}`], state.obstacle));
    } else if (state.name === "waiting" || state.name === "offline") {
      this.#wait(state);
    } else if (state.name === "connecting") {
      this.#put("connecting", state.again ? texts.reconnecting : texts.connecting);
    } else if (state.name === "live") {
      this.#put("live", texts.live);
    } else if (state.name === "closed") {
      this.#put("waiting", texts.closed);
    }
  }

  #wait({ name, until }) {
    if (name === "offline") {
      this.#put("offline", texts.offline);
      return;
    }
    this.#put("waiting", texts.reconnecting);
    if (until - Date.now() < WORTH_COUNTING_MS) return;
    const tick = () => {
      const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
      this.#count.textContent = fill(texts.reconnecting_in, { seconds });
      this.#place.classList.add("counting");
    };
    tick();
    this.#timer = setInterval(tick, 1000);
  }

  #put(state, text) {
    this.#place.dataset.state = state;
    this.#place.classList.remove("counting");
    this.#count.textContent = "";
    // Announced once a change, not once a second: the countdown is hidden from screen readers.
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}
