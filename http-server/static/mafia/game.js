import { Timeline } from "./timeline.js";

const STREAMS = ["public", "you", "spectators"];

/**
 * The state of a game on this page, made from the server's frames alone.
 *
 * `on.changed()` when the page must draw, `on.fresh(event, stream)` for new events (not for missed ones),
 * `on.ask(question)` when updates are missing: the cursors, and `state: false` where the state is not needed.
 */
export class Game {
  #on;
  #timeline = new Timeline();
  #known = { public: 0, you: 0, spectators: 0 };
  /** The cursors of the server's last state. It does not keep updates up to them that it leaves out of an answer. */
  #fetched = { public: 0, you: 0, spectators: 0 };
  #asking = false;
  /** Server's clock minus this page's, in milliseconds: the maximum over this connection's frames, since a late frame gives less. */
  #offset = 0;
  #offsetKnown = false;
  #now;

  /** `now()` returns milliseconds of a monotonic clock. */
  constructor(on, now = () => performance.now()) {
    this.#on = on;
    this.#now = now;
    this.loaded = false;
    this.table = null;
    this.me = { user: null, seat: null };
    this.view = null;
    this.you = null;
    this.online = new Set();
  }

  get updates() {
    return this.#timeline.updates;
  }

  /** Milliseconds until the phase ends; `null` where it has no end. */
  remaining() {
    const end = this.view?.ends_at;
    return end === null || end === undefined ? null : end - (this.#now() + this.#offset);
  }

  /** `game.state`: the whole state. */
  state(frame) {
    this.loaded = true;
    this.table = frame.game;
    this.me = frame.me;
    // An update may have overtaken it: then the state is older and ignored.
    if (frame.seq >= this.#known.public) this.view = frame.public;
    if (frame.my_seq >= this.#known.you || frame.me.seat === null) this.you = frame.you;
    this.online = new Set(frame.online);
    this.#clock(frame.now);
    this.#fetched = { public: frame.seq, you: frame.my_seq, spectators: frame.spectator_seq ?? 0 };
    this.#know(this.#fetched);
    this.#on.changed();
    this.#askForMissing();
  }

  /** `game.update`: an update of one stream. */
  update({ stream, seq, updates, view, now }) {
    if (!STREAMS.includes(stream) || seq <= this.#timeline.cursors[stream]) return;
    this.#clock(now);
    if (seq >= this.#known[stream] && view) {
      if (stream === "public") this.view = view;
      if (stream === "you") this.you = view;
    }
    this.#know({ [stream]: seq });
    const taken = this.#timeline.take(stream, updates);
    this.#on.changed();
    for (const { events } of taken) for (const event of events) this.#on.fresh(event, stream);
    this.#askForMissing();
  }

  /** `game.missed`: the updates that the page asked for. */
  missed(frame) {
    for (const stream of STREAMS) {
      this.#skipForgotten(stream, frame[stream], frame.more);
      this.#timeline.take(stream, frame[stream]);
    }
    this.#asking = false;
    this.#on.changed();
    // The server may not keep the updates that are still missing: only a new state shows it.
    if (frame.more) this.#askForMissing();
    else if (this.#isMissing()) this.sync();
  }

  /** `game.presence`: a player came or went. */
  presence({ player, online }) {
    if (online) this.online.add(player);
    else this.online.delete(player);
    this.#on.changed();
  }

  /** Asks for the state and the missing updates. */
  sync() {
    this.#asking = true;
    this.#on.ask(this.#timeline.cursors);
  }

  /** Forgets the open question: after a refusal or on a new connection no answer comes. */
  unanswered() {
    this.#asking = false;
  }

  /** A new connection, perhaps to another server with another clock. */
  reconnected() {
    this.#offsetKnown = false;
    this.unanswered();
  }

  /** The public events of these types since the phase began, in one update. */
  recent(kinds) {
    const updates = this.updates.filter(({ stream }) => stream === "public");
    for (let at = updates.length - 1; at >= 0; at -= 1) {
      const found = updates[at].events.filter(({ type }) => kinds.includes(type));
      if (found.length > 0 || updates[at].events.some(({ type }) => type === "phase_began")) return found;
    }
    return [];
  }

  seat(number) {
    return this.view?.seats[number] ?? null;
  }

  name(number) {
    return this.seat(number)?.name ?? "?";
  }

  /** The user's seat; before the start seats move up. */
  get mySeat() {
    if (this.me.user === null || !this.view) return null;
    const seat = this.view.seats.find(({ player }) => player === this.me.user);
    return seat ? seat.seat : null;
  }

  can(act) {
    return this.you?.can.find((can) => can.act === act) ?? null;
  }

  #clock(now) {
    const offset = now - this.#now();
    this.#offset = this.#offsetKnown ? Math.max(this.#offset, offset) : offset;
    this.#offsetKnown = true;
  }

  #know(seqs) {
    for (const [stream, seq] of Object.entries(seqs)) this.#known[stream] = Math.max(this.#known[stream], seq);
  }

  #isMissing() {
    const cursors = this.#timeline.cursors;
    return STREAMS.some((stream) => cursors[stream] < this.#known[stream]);
  }

  /** Asks for updates alone, where the view is the newest one already. */
  #askForMissing() {
    if (this.#asking || !this.#isMissing()) return;
    this.#asking = true;
    this.#on.ask({ ...this.#timeline.cursors, state: false });
  }

  /** The server keeps only the replay of an old game, so the missing updates are skipped. */
  #skipForgotten(stream, updates, more) {
    if (updates.length > 0) this.#timeline.skip(stream, updates[0].seq - 1);
    else if (!more) this.#timeline.skip(stream, this.#fetched[stream]);
  }
}
