import { announce } from "../site/announcer.js";
import { post } from "../site/api.js";
import { delayAfter } from "../client/index.js";
import { connectionTo, follow } from "../site/connection.js";
import { ConnectionView } from "../site/connection-view.js";
import { byId } from "../site/dom.js";
import { isEnding, showEnding } from "../site/ending-view.js";
import { uuid } from "../site/ids.js";
import { lang, texts } from "../site/texts.js";
import { toast } from "../site/toast.js";
import { Card, cardFace } from "./card.js";
import { catalogue } from "./catalogue.js";
import { Deck, pickable } from "./deck.js";
import { Game } from "./game.js";
import { LobbyPanel } from "./lobby.js";
import { Middle } from "./middle.js";
import { News } from "./news.js";
import { LineQueue } from "./line-queue.js";
import { Scene } from "./scene.js";
import { spoken } from "./sentences.js";
import { Sounds } from "./sounds.js";
import { Talk } from "./talk.js";
import { words } from "./words.js";

const { code, name, user = null } = byId("table").dataset;

const AGAIN_MS = 3_000;
const NO_ANSWER = 1006;
/** Refusals without a fault of the user; the page has its own texts for them. */
const NOT_NOW = ["rate_limited", "unavailable"];
/** Refusals of a page that is older than the server's release. */
const NOT_UNDERSTOOD = ["bad_field", "bad_json", "unknown_type"];

/**
 * State of this page alone: the picked seat, the seat confirmed at night (by the command `deed`), and whether the act has no effect
 * (`vain`).
 */
const local = {
  chosen: null, confirmed: null, deed: null, vain: false, phase: null, leaving: false, scheduled: false, over: false, fresh: true, asking: null, gap: null,
};
const UNDONE = { confirmed: null, deed: null, vain: false };

const game = new Game({ changed: redraw, fresh, ask: (question) => socket.send({ type: "game.sync", ...question }) });
Object.assign(texts, words.endings);
const connection = new ConnectionView(() => socket.wake());
const lineQueue = new LineQueue(`catamaran.lines.${user}.${code}`, ({ id, channel, text }) => act({ type: "say", channel, words: { text }, id }, id));
const sounds = new Sounds(byId("sound"));
const scene = new Scene(byId("scene"), pick);
const middle = new Middle(scene.middle, byId("news"), { remaining: () => game.remaining(), onLate: () => game.sync(), onSoon });
const news = new News(byId("news"), game, sounds);
const card = new Card(byId("card"), face, redraw);
const deck = new Deck(byId("deck"), { act, confirm, again, redraw });
const lobby = new LobbyPanel(byId("lobby"), { code, name }, { act, bots: (count) => request(() => post(`/games/${code}/bots`, { count })), redraw });
const talk = new Talk(byId("talk"), game, lineQueue, { face, unveiled: redraw });

byId("scene").setAttribute("aria-label", words.table);
byId("leave").addEventListener("click", leave);
byId("leave").addEventListener("blur", () => game.loaded && showLeave());

const frames = {
  "game.state"(frame) {
    game.state(frame);
    if (local.fresh) lineQueue.resume();
    local.fresh = false;
  },
  "game.update": (frame) => game.update(frame),
  "game.missed"(frame) {
    game.missed(frame);
    settleSaid();
  },
  "game.presence": (frame) => game.presence(frame),
  gap: afterGap,
  error({ id, code, detail, command, retry_after: seconds }) {
    // The page asks again by itself: no message to the user.
    if (command === "game.sync") return askAgain(seconds * 1_000);
    if (code === "rate_limited" && seconds && lineQueue.lines.some((line) => line.id === id)) return sayLater(seconds * 1_000);
    if (!id) askAgain();
    lobby.refused(id);
    if (code === "table_not_found") return end("not_found");
    // Without an id it may be any command: offer the act again.
    if (!id || id === local.deed) Object.assign(local, UNDONE);
    const line = id && lineQueue.settle(id);
    if (line) talk.restore(line);
    // A toast would betray a whisper: the line goes back into its field instead.
    if (line?.channel !== "mafia" || talk.unveiled) toast(own(code) ?? detail);
    redraw();
  },
};

const socket = connectionTo(`/ws/games/${code}/?lang=${lang}`, { onState: connected, frames });
follow(socket, () => socket.live && game.sync());
socket.start();

/** The page's own text for a refusal that is not of the rules: the server's is in English. */
function own(code) {
  return NOT_NOW.includes(code) || NOT_UNDERSTOOD.includes(code) ? texts.unavailable : null;
}

/** No more frames come for this table. */
function end(ending) {
  local.over = true;
  socket.end();
  showEnding(ending);
}

/** A question was refused for the moment: ask once more later. */
function askAgain(ms = AGAIN_MS) {
  game.unanswered();
  clearTimeout(local.asking);
  local.asking = setTimeout(() => {
    if (!socket.live) return;
    lineQueue.resume();
    game.sync();
  }, ms);
}

/** Asks for the state: at once after an act of this page, otherwise after a random time, since all pages may have missed the same events. */
function afterGap({ reason }) {
  if (reason === "unannounced") return game.sync();
  clearTimeout(local.gap);
  const delay = delayAfter(NO_ANSWER, 0, Math.random, socket.spread);
  local.gap = setTimeout(() => socket.live && game.sync(), delay);
}

/** Lines exceeded the rate: they stay in the queue and are sent later. */
function sayLater(ms) {
  setTimeout(() => socket.live && lineQueue.resume(), ms);
}

function connected(state) {
  if (local.over) return;
  if (isEnding(state.name)) return end(state.name);
  if (state.name === "live") reconnected();
  connection.show(state);
  redraw();
}

/** On a new connection, sends unconfirmed lines again and offers unconfirmed acts again. */
function reconnected() {
  local.fresh = true;
  Object.assign(local, UNDONE);
  lobby.refused();
  game.reconnected();
}

/** Draws once for several frames. */
function redraw() {
  if (local.scheduled) return;
  local.scheduled = true;
  queueMicrotask(() => {
    local.scheduled = false;
    if (!local.over) draw();
  });
}

function draw() {
  if (!game.loaded) return;
  const { view, you } = game;
  byId("loading").hidden = true;
  byId("game").hidden = false;
  const door = byId("sit-down");
  if (door) door.hidden = view.phase !== "lobby";
  showLeave();
  document.body.dataset.phase = view.phase;
  if (local.phase !== `${view.phase} ${view.day}`) Object.assign(local, UNDONE, { phase: `${view.phase} ${view.day}`, chosen: null });
  const targets = pickable(game);
  if (!targets.includes(local.chosen)) local.chosen = null;
  const unveiled = card.shown || talk.unveiled;
  const live = socket.live;
  scene.show({
    view, me: game.mySeat, online: game.online, targets: live ? targets : [], chosen: local.chosen, lines: lines(unveiled),
    spot: catalogue.phases[view.phase].has_accused ? view.accused : null,
    unveiled: unveiled && you ? new Map([[you.seat, you.role], ...you.team.map(({ seat, role }) => [seat, role])]) : null,
  });
  middle.show(view);
  news.show();
  card.show();
  lobby.show({ game, live });
  deck.show({ game, code, live, chosen: local.chosen, confirmed: local.confirmed, lobby: view.phase === "lobby" ? lobby.now(game, { canSit: user !== null }) : null });
  talk.show();
}

/** Votes are public. The team's targets are shown only while the secrets are open. */
function lines(unveiled) {
  const { view, you } = game;
  const votes = named(view);
  const points = unveiled && you ? you.points.map(({ from, target }) => ({ from, to: target, kind: "point" })) : [];
  return [...votes.map(({ from, to }) => ({ from, to, kind: from === game.mySeat ? "vote own" : "vote" })), ...points];
}

/** The votes, and at dusk the ballots for the accused's death. */
function named(view) {
  if (catalogue.phases[view.phase].draws_names) return view.votes.filter(({ to }) => to !== null);
  if (view.phase !== "dusk") return [];
  return game.recent(["judged"]).flatMap(({ seat, yes }) => yes.map((from) => ({ from, to: seat })));
}

function fresh(event, stream) {
  const own = event.type === "said" && event.id ? lineQueue.settle(event.id) !== null : false;
  if (event.type === "said") {
    // A secret line gets no bubble, which neighbours could see.
    if (stream === "public" && event.by.seat !== null) scene.speak(event.by.seat, spoken(event.words, (seat) => game.name(seat)));
  }
  talk.fresh(event, stream);
  news.fresh(event, stream, own || (event.type === "said" && !talk.aloud(event)));
}

/** The player's secrets, as elements. */
function face() {
  const { view, you } = game;
  if (!you) return null;
  const notes = [];
  if (local.vain && local.confirmed !== null) notes.push(words.in_vain(game.name(local.confirmed)));
  if (you.role === "mafia" && you.alive && view.phase === "night" && view.day === 1 && !view.options.first_night_kill) notes.push(words.peaceful);
  return cardFace(you, (seat) => game.name(seat), notes);
}

/** Settles lines that came back among the missed updates. */
function settleSaid() {
  const waiting = new Set(lineQueue.lines.map(({ id }) => id));
  for (const { events } of game.updates) for (const event of events) if (event.type === "said" && waiting.has(event.id)) lineQueue.settle(event.id);
  redraw();
}

/** Announces the end of the phase to screen readers, where the player can still act. */
function onSoon(seconds) {
  if (catalogue.phases[game.view.phase].all_act && game.you?.alive) announce(words.seconds_left(seconds), { whole: true });
}

function pick(seat) {
  if (!pickable(game).includes(seat)) return;
  local.chosen = local.chosen === seat ? null : seat;
  redraw();
}

/**
 * A citizen's pick at night has no effect but looks like any other pick: it sends `sleep`. The same holds for a pick that the role
 * cannot act on: neighbours could see a refusal that only some roles get. The card says so.
 */
function confirm(deed, seat) {
  // A player who was away after the act may press it again.
  const vain = !deed?.targets.includes(seat) && game.you.deed !== seat;
  const id = uuid();
  const command = deed?.targets.includes(seat) ? { type: deed.act, target: seat } : game.can("sleep") && vain ? { type: "sleep" } : null;
  if (command && !act(command, id)) return;
  Object.assign(local, { confirmed: seat, deed: id, vain });
  redraw();
}

/** False without a connection, which the banner shows. */
function act(command, id = uuid()) {
  return socket.send({ type: "game.do", do: command, id });
}

/** Leaving for good: the button is in the header, away from the thumb, and needs a second press. */
function showLeave() {
  const button = byId("leave");
  const seat = game.seat(game.mySeat);
  button.hidden = !game.you?.alive || seat.left || game.view.phase === "over";
  if (button.hidden || document.activeElement !== button) local.leaving = false;
  button.textContent = local.leaving ? words.leave_sure : words.leave_game;
  button.classList.toggle("danger", local.leaving);
}

function leave() {
  byId("leave").focus(); // Safari does not focus what is pressed
  if (local.leaving) act({ type: "leave" });
  else toast(words.leave_means);
  local.leaving = !local.leaving;
  showLeave();
}

async function again() {
  await request(async () => {
    const { code: next } = await post(`/games/${code}/again`);
    location.assign(`/mafia/${next}`);
  });
}

async function request(run) {
  try {
    await run();
  } catch (error) {
    if (error.code === "table_not_found") return end("not_found");
    toast(own(error.code) ?? (error.detail || texts.unavailable));
  }
}
