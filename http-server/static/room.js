import { announce } from "./announcer.js";
import { ApiError, fetchRoom } from "./api.js";
import { Composer } from "./composer.js";
import { ConnectionView } from "./connection-view.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { isEnding, showEnding } from "./ending-view.js";
import { History } from "./history.js";
import { uuid } from "./ids.js";
import { followPage } from "./lifecycle.js";
import { LogView } from "./log-view.js";
import { offerOlder } from "./older.js";
import { Outbox } from "./outbox.js";
import { PeopleView } from "./people-view.js";
import { People } from "./people.js";
import { Retry } from "./retry.js";
import { roomFrames } from "./room-frames.js";
import { Sender } from "./sender.js";
import { offerLink } from "./share.js";
import { LiveSocket } from "./socket.js";
import { recall, remember } from "./storage.js";
import { fill, texts } from "./texts.js";
import { toast } from "./toast.js";
import { OthersTyping, OwnTyping } from "./typing.js";

/** What a refused request says about the room, as the close code of a socket would. */
const ENDING_OF_STATUS = { 401: "ended", 403: "refused", 404: "not_found", 409: "full" };

const { code, name, capacity, me, nickname } = byId("room").dataset;
const outboxKey = `catamaran.outbox.${code}`;
let over = false;

function end(ending) {
  over = true;
  socket.stop();
  showEnding(ending);
}

const outbox = new Outbox((entry) => {
  remember(outboxKey, outbox.entries.length > 0 ? outbox.entries : null);
  room.log.pending(entry);
}, recall(outboxKey) ?? []);

const socket = new LiveSocket({
  url: `${document.documentElement.dataset.wsUrl}/ws/rooms/${code}/`,
  onState(state) {
    if (over) return;
    if (isEnding(state.name)) end(state.name);
    else connection.show(state);
    if (state.name !== "live") room.typing.clear();
  },
  onFrame(frame) {
    const handle = roomFrames[frame.type];
    if (handle) handle(room, frame);
    else console.warn(`A frame of the unknown type ${frame.type} was left aside`);
  },
});

const connection = new ConnectionView(() => socket.wake());

const conversation = new Conversation({
  restart(messages) {
    messages.forEach(settle);
    // Before the messages: they are scrolled to their end, and the button above them takes room.
    showOlder();
    room.log.restart(messages);
  },
  append(message) {
    settle(message);
    room.log.append(message);
    if (message.user.id !== me) announce(fill(texts.said, { name: message.user.nickname, body: message.body }));
  },
  prepend: (messages) => room.log.prepend(messages),
  hole: () => room.catchUp(),
});

const history = new History(code, conversation);

/** A message of this tab that has come back is no longer on its way. */
function settle(message) {
  if (message.client_id) room.sender.confirmed(message.client_id);
}

/** The parts that frames act on. */
const room = {
  me: { id: me },
  /** How many times the whole list of members came. */
  states: 0,
  people: new People(),
  conversation,
  typing: new OthersTyping(showTyping),
  log: new LogView({
    me: { id: me, nickname },
    on: { retry: (id) => room.sender.retry(id), discard: (id) => outbox.remove(id) },
  }),
  sender: new Sender({
    code,
    outbox,
    socket,
    on: { stored: (message) => conversation.receive(message), mute: () => socket.renew() },
  }),
  peopleView: new PeopleView({ me, capacity: Number(capacity) }),

  showPeople() {
    this.peopleView.show(this.people);
  },

  showMembers(members) {
    this.states += 1;
    this.people.reset(members);
    this.showPeople();
  },

  /** Says something in the conversation, and to a screen reader. */
  tell(text) {
    this.log.event(text);
    announce(text);
  },

  end,

  async catchUp(newest) {
    try {
      await history.catchUp(newest);
      if (over) return;
      byId("load-failed").hidden = true;
      retry.stop();
    } catch (error) {
      failed(error);
    }
  },

  /** Something may have been missed: everything is asked for again. */
  async refresh() {
    this.catchUp();
    const asked = this.states;
    try {
      const { members } = await fetchRoom(code);
      // A state that came over the socket meanwhile is the newer one.
      if (asked === this.states && !over) this.showMembers(members);
    } catch (error) {
      failed(error);
    }
  },
};

function showTyping(ids) {
  const names = ids.map((id) => room.people.nameOf(id) ?? texts.former_member);
  const [a, b] = names;
  const said = [
    "",
    fill(texts.typing_one, { name: a }),
    fill(texts.typing_two, { a, b }),
    texts.typing_many,
  ];
  byId("typing").textContent = said[Math.min(names.length, 3)];
}

function failed(error) {
  if (!(error instanceof ApiError)) throw error;
  const ending = ENDING_OF_STATUS[error.status];
  if (over) return;
  if (ending) {
    end(ending);
    return;
  }
  if (!conversation.loaded) byId("load-failed").hidden = false;
  // A new connection fetches by itself; where the connection lives and only HTTP failed, nothing else would.
  retry.later();
}

const retry = new Retry(() => over || room.refresh());

const showOlder = offerOlder({ conversation, history, onError: () => toast(texts.load_failed) });
const ownTyping = new OwnTyping((on) => socket.send({ type: "typing", on }));

new Composer(code, {
  send(body) {
    ownTyping.done();
    outbox.add(uuid(), body, Date.now());
    room.sender.pump();
  },
  input: (text) => ownTyping.input(text),
  leave: () => ownTyping.done(),
});

outbox.entries.forEach((entry) => room.log.pending(entry));
byId("load-again").addEventListener("click", () => room.refresh());
offerLink(name);
followPage(socket, () => room.catchUp());
socket.start();
room.refresh();
