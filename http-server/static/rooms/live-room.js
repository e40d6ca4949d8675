import { announce } from "../site/announcer.js";
import { fetchRoom } from "./api.js";
import { ApiError } from "../site/api.js";
import { connectionTo } from "../site/connection.js";
import { ConnectionView } from "../site/connection-view.js";
import { Conversation } from "./conversation.js";
import { byId } from "../site/dom.js";
import { isEnding, showEnding } from "../site/ending-view.js";
import { History } from "./history.js";
import { LogView } from "./log-view.js";
import { offerOlder } from "./older.js";
import { Outbox } from "./outbox.js";
import { PeopleView } from "./people-view.js";
import { People } from "./people.js";
import { Retry } from "./retry.js";
import { roomFrames } from "./room-frames.js";
import { Sender } from "./sender.js";
import { snapshot } from "./snapshot.js";
import { recall, remember } from "../site/storage.js";
import { fill, texts } from "../site/texts.js";
import { toast } from "../site/toast.js";
import { showTyping } from "./typing-view.js";
import { OthersTyping } from "./typing.js";

/** The ending that a status of the API means, as a close code of a socket does. */
const ENDING_OF_STATUS = { 401: "ended", 403: "refused", 404: "not_found" };

/** A room on this page. Frames and answers go to the models, and from them to the views. */
export class LiveRoom {
  #code;
  #over = false;
  #connection = new ConnectionView(() => this.socket.wake());
  #retry = new Retry(
    () => this.refresh(),
    () => this.socket.spread,
  );
  #conversation = new Conversation({
    restart: (messages) => this.#restart(messages),
    append: (message) => this.#append(message),
    prepend: (messages) => this.log.prepend(messages, () => this.#showOlder()),
    hole: () => this.catchUp(),
  });
  #history;
  #peopleView;
  #showOlder;

  /** `room` is `{code, capacity, me, nickname}`. */
  constructor({ code, capacity, me, nickname }) {
    this.#code = code;
    this.me = { id: me };
    this.people = new People();
    this.typing = new OthersTyping((ids) => showTyping(ids.map((id) => this.people.nameOf(id) ?? texts.former_member)));
    this.#history = new History(code, this.#conversation);
    this.#peopleView = new PeopleView({ me, capacity });
    this.#showOlder = offerOlder({
      conversation: this.#conversation,
      history: this.#history,
      onError: () => toast(texts.load_failed),
    });
    this.outbox = this.#makeOutbox(`catamaran.outbox.${me}.${code}`);
    this.log = new LogView({
      me: { id: me, nickname },
      on: { retry: (id) => this.sender.retry(id), discard: (id) => this.outbox.remove(id) },
    });
    this.outbox.entries.forEach((entry) => this.log.pending(entry));
    this.socket = connectionTo(`/ws/rooms/${code}/`, { onState: (state) => this.#state(state) });
    for (const [type, handle] of Object.entries(roomFrames)) this.socket.on(type, (frame) => handle(this, frame));
    this.sender = new Sender({
      code,
      outbox: this.outbox,
      socket: this.socket,
      on: { stored: (message) => this.take(message), mute: () => this.socket.renew() },
    });
  }

  /** Connects, and fetches the conversation at once, since HTTP may work where the socket does not. */
  start() {
    this.socket.start();
    this.catchUp();
  }

  /** Ends the room on this page and says why. */
  end(ending) {
    if (this.#over) return;
    this.#over = true;
    this.#retry.stop();
    this.#history.stop();
    this.sender.stop();
    this.socket.end();
    // Before the ending replaces the page's content.
    this.typing.clear();
    showEnding(ending);
  }

  /** Takes a message from the server. An old one is not shown again, but it confirms its outbox entry. */
  take(message) {
    this.#settle(message);
    this.#conversation.receive(message);
  }

  /** Fetches the messages up to a number, or all newer ones. */
  async catchUp(newest) {
    await this.#try(async () => {
      await this.#history.catchUp(newest);
      if (!this.#over) byId("load-failed").hidden = true;
    });
  }

  /** Refreshes after a random time, since all pages may have missed the same events. */
  refreshSoon() {
    this.#retry.later();
  }

  /** Fetches missing messages and the members. */
  refresh() {
    this.catchUp();
    this.#fetchPeople();
  }

  showMembers(members) {
    this.people.reset(members);
    this.showPeople();
  }

  showPeople() {
    this.#peopleView.show(this.people);
  }

  /** Shows an event in the conversation, and announces it to a screen reader. */
  tell(text) {
    this.log.event(text);
    announce(text);
  }

  #state(state) {
    if (this.#over) return;
    if (isEnding(state.name)) {
      this.end(state.name);
      return;
    }
    this.#connection.show(state);
    if (state.name !== "live") this.typing.clear();
    // The socket brings the members. Without a socket, the API may still answer.
    if (state.name === "waiting" && this.people.version === 0) this.#fetchPeople();
    if (state.name === "waiting" && state.obstacle) this.#retry.later();
  }

  #restart(messages) {
    messages.forEach((message) => this.#settle(message));
    // Before the messages are scrolled to their end: the button above them takes room.
    this.#showOlder();
    this.log.restart(messages);
  }

  #append(message) {
    const { user, body } = message;
    this.#settle(message);
    this.log.append(message);
    if (user.id !== this.me.id) announce(fill(texts.said, { name: user.nickname, body }));
  }

  /** Confirms the outbox entry of a message from this tab. */
  #settle({ client_id: id }) {
    if (id) this.sender.confirmed(id);
  }

  async #fetchPeople() {
    await this.#try(async () => {
      const fetched = await snapshot(() => fetchRoom(this.#code), () => this.people.version);
      if (this.#over) return;
      if (fetched) this.showMembers(fetched.members);
      else this.#retry.later();
    });
  }

  async #try(request) {
    try {
      await request();
      this.#retry.succeeded();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#over) return;
      const ending = ENDING_OF_STATUS[error.status];
      if (ending) {
        this.end(ending);
        return;
      }
      if (!this.#conversation.loaded) byId("load-failed").hidden = false;
      // A new connection fetches by itself. While the connection lives and only HTTP failed, nothing else would.
      this.#retry.later();
    }
  }

  /** The key contains the user: the next user of this tab must not send the messages of the last one. */
  #makeOutbox(key) {
    const outbox = new Outbox((entry) => {
      remember(key, outbox.entries.length > 0 ? outbox.entries : null);
      this.log.pending(entry);
    }, recall(key) ?? []);
    return outbox;
  }
}
