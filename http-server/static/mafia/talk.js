import { lengthOf } from "../site/characters.js";
import { make, refill } from "../site/dom.js";
import { toast } from "../site/toast.js";
import { details, sentence, spoken } from "./sentences.js";
import { words } from "./words.js";

/** The counter appears when no more characters than this are left. */
const NEAR_END = 50;
const NEAR_END_PX = 48;
/** The channel that each tab writes to. */
const CHANNEL = { public: "public", secret: "mafia", dead: "dead", spectators: "spectators" };
/** Whether Enter only ends a Korean syllable. Safari shows it by the key code 229 alone. */
const composes = (event) => event.isComposing || event.keyCode === 229;

/**
 * Messages and events, by tabs. The player's secrets are under "secret", behind a button that every player has:
 * a neighbour cannot see from the tabs whether a player has secrets.
 */
export class Talk {
  #game;
  #lineQueue;
  #on;
  #tab = "public";
  #open = false;
  #drawn = null;
  /** The element of each event, kept so that a screen reader keeps its place while others talk. */
  #elements = new WeakMap();
  /** The log is at its end and follows new lines. */
  #atEnd = true;
  /** The secrets were opened at the top, where the role is, and not scrolled since. */
  #untouched = false;
  #unread = { public: 0, secret: 0, dead: 0, spectators: 0 };
  #drafts = {};
  #names = "";
  #tabs = make("div", { class: "tabs", role: "tablist", "aria-label": words.talk });
  #log = make("ol", { class: "talk-log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": words.talk });
  #secret = make("div", { class: "secret" });
  #toggle = make("button", { type: "button" });
  #hint = make("small", {}, words.secret_hint);
  #face = make("div", { class: "secret-face" });
  #form = make("form", { class: "say", novalidate: true });
  #field = make("textarea", { rows: "1", enterkeyhint: "send", autocomplete: "off", "aria-label": words.write });
  /** The most characters that the server takes. */
  #longest;
  #counter = make("span", { class: "room-left" });
  #send = make("button", { type: "submit", class: "primary" }, words.send);

  /** `on.face()` returns the content of the player's card; `on.unveiled()` is called when secrets are opened or closed. */
  constructor(place, game, lineQueue, on) {
    this.#on = on;
    this.#game = game;
    this.#lineQueue = lineQueue;
    this.#longest = Number(place.dataset.longest);
    this.#field.maxLength = Number(place.dataset.mostBytes);
    this.#form.append(this.#field, this.#counter, this.#send);
    this.panel = make("div", { class: "talk-panel", role: "tabpanel", id: "talk-panel" }, this.#secret, this.#log);
    place.replaceChildren(this.#tabs, this.panel, this.#form);
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || composes(event)) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#field.addEventListener("input", () => this.#typed());
    for (const scrolled of [this.#log, this.panel]) {
      scrolled.addEventListener("scroll", () => {
        if (scrolled !== this.#scroller) return;
        this.#atEnd = this.#nearEnd();
        if (scrolled.scrollTop > 0) this.#untouched = false;
      });
    }
    this.#toggle.addEventListener("click", () => this.#unveil());
    this.#secret.append(
      make("div", { class: "secret-head" }, make("p", {}, make("strong", {}, words.secret_title), " ", this.#hint), this.#toggle), this.#face,
    );
    const resized = new ResizeObserver(() => this.#toEnd());
    resized.observe(this.#log);
    resized.observe(this.panel);
    document.addEventListener("visibilitychange", () => document.hidden && this.#close());
  }

  /** Whether a line may be read aloud. Secrets never are, and the talk of the dead only while its tab is open. */
  aloud({ channel }) {
    return channel !== "mafia" && (channel !== "dead" || this.#tab === "dead");
  }

  /** Whether the secrets are open. */
  get unveiled() {
    return this.#tab === "secret" && this.#open;
  }

  show() {
    const tabs = this.#tabsNow();
    if (!tabs.includes(this.#tab)) this.#choose("public");
    this.#drawTabs(tabs);
    // Before the log: the form changes the log's height, and the newest line must be in view.
    this.#drawForm();
    this.#drawLog();
  }

  /** Adds a new event. */
  fresh(event, stream) {
    const tab = tabOf(event, stream);
    if (tab === null || event.type !== "said") return;
    if (tab !== this.#tab || (tab === "secret" && !this.#open)) this.#unread[tab] += 1;
    // Scroll to the first whisper, unless the user has scrolled up.
    else if (tab === "secret" && this.#untouched) this.#atEnd = true;
  }

  #tabsNow() {
    const { view, you, mySeat } = this.#game;
    const spectates = mySeat === null;
    if (view.phase === "lobby") return spectates ? ["public", "spectators"] : ["public"];
    if (spectates) return ["public", "spectators"];
    return you && !you.alive ? ["public", "secret", "dead"] : ["public", "secret"];
  }

  #choose(tab) {
    this.#putDraftAway();
    this.#tab = tab;
    this.#open = false;
    this.#atEnd = true;
    this.#takeDraftOut();
    this.#unread[tab] = tab === "secret" ? this.#unread[tab] : 0;
    this.#drawn = null;
  }

  #close() {
    if (!this.#open) return;
    this.#putDraftAway();
    this.#open = false;
    this.#drawn = null;
    this.show();
    this.#on.unveiled();
  }

  #unveil() {
    this.#putDraftAway();
    this.#open = !this.#open;
    this.#takeDraftOut();
    // It opens at the role, unless there are new whispers.
    this.#atEnd = this.#unread.secret > 0;
    this.#untouched = this.#open && !this.#atEnd;
    if (this.#open) this.#unread.secret = 0;
    this.#drawn = null;
    this.show();
    this.#on.unveiled();
  }

  /** The scrolling element: under "secret" the role's knowledge and the whispers together. */
  get #scroller() {
    return this.#tab === "secret" ? this.panel : this.#log;
  }

  get #veiled() {
    return this.#tab === "secret" && !this.#open;
  }

  /** Shows a draft only while its tab is open. */
  #putDraftAway() {
    if (!this.#veiled) this.#drafts[this.#tab] = this.#field.value;
    this.#field.value = "";
  }

  #takeDraftOut() {
    if (!this.#veiled) this.#field.value = this.#drafts[this.#tab] ?? "";
  }

  #turnTo(tab) {
    this.#choose(tab);
    this.show();
    this.#on.unveiled();
  }

  #drawTabs(tabs) {
    this.#tabs.hidden = tabs.length < 2;
    const signature = JSON.stringify([tabs, this.#tab, this.#unread]);
    if (this.#tabs.dataset.drawn === signature) return;
    this.#tabs.dataset.drawn = signature;
    const focused = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(...tabs.map((tab) => this.#tabButton(tab)));
    if (focused) this.#tabs.querySelector("[aria-selected=true]")?.focus();
  }

  #tabButton(tab) {
    const selected = tab === this.#tab;
    const element = make("button", {
      type: "button", role: "tab", "data-tab": tab, "aria-selected": String(selected), "aria-controls": "talk-panel", tabindex: selected ? "0" : "-1",
    }, words[`tab_${tab}`]);
    // Secrets have no count: a number would show neighbours that this player gets whispers.
    const unread = tab === "secret" ? 0 : this.#unread[tab];
    if (unread > 0 && !selected) element.append(make("span", { class: "unread-count", "aria-label": words.unread(unread) }, String(unread)));
    element.addEventListener("click", () => this.#turnTo(tab));
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const tabs = this.#tabsNow();
      this.#turnTo(tabs[(tabs.indexOf(this.#tab) + step + tabs.length) % tabs.length]);
    });
    return element;
  }

  #drawLog() {
    const veiled = this.#veiled;
    this.#drawSecret();
    this.#log.hidden = veiled;
    const pending = veiled ? [] : this.#lineQueue.lines.filter(({ channel }) => channel === CHANNEL[this.#tab]);
    const updates = veiled ? [] : this.#game.updates;
    const names = this.#game.view.seats.map(({ name }) => name).join("\n");
    const signature = `${this.#tab}|${veiled}|${updates.length}|${updates.at(-1)?.stream}|${pending.map(({ id }) => id)}|${names}`;
    if (this.#drawn === signature) return;
    if (this.#drawn !== null) this.#atEnd ||= this.#nearEnd();
    this.#drawn = signature;
    // Before the start seats move up, so old lines may show other names.
    if (names !== this.#names) [this.#names, this.#elements] = [names, new WeakMap()];
    const lines = [];
    // A spectator's line that was sent twice after a lost answer is in the log twice: show it once.
    const said = new Set();
    for (const { stream, events, at } of updates) {
      for (const event of events) {
        if (tabOf(event, stream) !== this.#tab || (event.type === "said" && event.id && said.has(event.id))) continue;
        if (event.type === "said") said.add(event.id);
        if (!this.#elements.has(event)) this.#elements.set(event, this.#line(event, at));
        lines.push(this.#elements.get(event));
      }
    }
    const waiting = pending.map(({ text }) => make("li", { class: "said own-line on-its-way" }, make("span", { class: "speech" }, text), make("small", {}, words.pending)));
    const shown = [...lines.filter(Boolean), ...waiting];
    if (shown.length === 0 && !veiled) shown.push(make("li", { class: "told" }, this.#tab === "secret" ? words.secret_nobody : words.empty_log));
    let same = 0;
    while (same < shown.length && this.#log.children[same] === shown[same]) same += 1;
    while (this.#log.children.length > same) this.#log.lastChild.remove();
    this.#log.append(...shown.slice(same));
    this.#toEnd();
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    if (this.#atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #line(event, at) {
    const nameOf = (seat) => this.#game.name(seat);
    if (event.type !== "said") {
      const text = sentence(event, nameOf);
      if (text === null) return null;
      const more = details(event, nameOf);
      return make("li", { class: "told", "data-event": event.phase ?? event.type, "data-at": at }, text, ...(more ? [make("small", {}, more)] : []));
    }
    // The key contains the name, since seats move up before the start.
    const mine = event.by.seat !== null && event.by.seat === this.#game.mySeat && event.by.name === nameOf(event.by.seat);
    return make("li", { class: mine ? "said own-line" : "said" }, make("b", {}, event.by.name), " ", make("span", { class: "speech" }, spoken(event.words, nameOf)));
  }

  #drawSecret() {
    const face = this.#tab === "secret" ? this.#on.face() : null;
    this.#secret.hidden = !face;
    this.#toggle.setAttribute("aria-expanded", String(this.#open));
    this.#toggle.textContent = this.#open ? words.secret_hide : words.secret_show;
    this.#hint.hidden = this.#open;
    refill(this.#face, face && this.#open ? face : []);
  }

  #drawForm() {
    const veiled = this.#veiled;
    const channel = CHANNEL[this.#tab];
    // While the secrets are closed, the form does not show whether the player may whisper.
    const may = !veiled && this.#mayWrite(channel);
    this.#form.hidden = veiled;
    this.#field.disabled = !may;
    this.#send.disabled = !may;
    this.#field.placeholder = may ? words[`write_${channel}`] : this.#whyNot(channel);
    this.#typed();
  }

  #whyNot(channel) {
    if (this.#game.me.user === null) return words.quiet_stranger;
    return this.#game.mySeat === null && channel === "public" ? words.quiet_visitor : words.quiet;
  }

  #mayWrite(channel) {
    const { view, you, mySeat } = this.#game;
    if (you) return you.write.includes(channel);
    if (mySeat !== null) return channel === "public";
    return channel === "spectators" && this.#game.me.user !== null && (view.options.spectators || view.phase === "lobby");
  }

  #typed() {
    const over = lengthOf(this.#field.value) - this.#longest;
    this.#counter.textContent = over > 0 ? words.too_long(over) : over > -NEAR_END ? String(-over) : "";
    this.#counter.classList.toggle("over", over > 0);
    this.#field.setAttribute("aria-invalid", String(over > 0));
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    const length = lengthOf(text);
    this.#field.focus();
    if (length === 0) return;
    if (length > this.#longest) {
      toast(words.too_long(length - this.#longest));
      return;
    }
    this.#field.value = "";
    this.#lineQueue.add(CHANNEL[this.#tab], text);
    this.#atEnd = true;
    this.show();
  }

  /** Puts a refused line back into the field, unless it has another draft. */
  restore({ channel, text }) {
    const tab = Object.keys(CHANNEL).find((name) => CHANNEL[name] === channel);
    if (tab === this.#tab && !this.#veiled && this.#field.value === "") this.#field.value = text;
    else this.#drafts[tab] ||= text;
    this.#drawn = null;
    this.show();
  }
}

/** The tab of an event. */
function tabOf(event, stream) {
  if (event.type === "said") return { public: "public", mafia: "secret", dead: "dead", spectators: "spectators" }[event.channel];
  return stream === "you" ? "secret" : stream === "public" ? "public" : null;
}
