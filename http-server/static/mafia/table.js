import { announce } from "../site/announcer.js";
import { post } from "../site/api.js";
import { ConnectionView } from "../site/connection-view.js";
import { byId } from "../site/dom.js";
import { isEnding, showEnding } from "../site/ending-view.js";
import { uuid } from "../site/ids.js";
import { followPage } from "../site/lifecycle.js";
import { LiveSocket } from "../site/socket.js";
import { lang, texts } from "../site/texts.js";
import { toast } from "../site/toast.js";
import { Card, cardFace } from "./card.js";
import { catalogue } from "./catalogue.js";
import { Deck, pickable } from "./deck.js";
import { Game } from "./game.js";
import { LobbyPanel } from "./lobby.js";
import { Middle } from "./middle.js";
import { News } from "./news.js";
import { Outbox } from "./outbox.js";
import { Scene } from "./scene.js";
import { spoken } from "./sentences.js";
import { Sounds } from "./sounds.js";
import { Talk } from "./talk.js";
import { words } from "./words.js";

const { code, name, user = null } = byId("table").dataset;
const { wsUrl } = document.documentElement.dataset;

const AGAIN_MS = 3_000;
/** Refusals that are nobody's fault; the page has its own words for them. */
const NOT_NOW = ["rate_limited", "unavailable"];
/** This page and the server do not understand each other: it was loaded before a new one was deployed. */
const NOT_UNDERSTOOD = ["bad_field", "bad_json", "unknown_type"];

/**
 * What only this page knows: who is picked, who was confirmed at night (by the command `deed`), and whether nothing is done to them
 * (`vain`).
 */
const local = {
  chosen: null, confirmed: null, deed: null, vain: false, phase: null, leaving: false, scheduled: false, over: false, fresh: true, asking: null,
};
const UNDONE = { confirmed: null, deed: null, vain: false };

const game = new Game({ changed: redraw, fresh, ask: (question) => socket.send({ type: "game.sync", ...question }) });
Object.assign(texts, words.endings);
const connection = new ConnectionView(() => socket.wake());
const outbox = new Outbox(`catamaran.lines.${user}.${code}`, ({ id, channel, text }) => act({ type: "say", channel, words: { text }, id }, id));
const sounds = new Sounds(byId("sound"));
const scene = new Scene(byId("scene"), pick);
const middle = new Middle(scene.middle, byId("news"), { remaining: () => game.remaining(), onLate: () => game.sync(), onSoon });
const news = new News(byId("news"), game, sounds);
const card = new Card(byId("card"), face, redraw);
const deck = new Deck(byId("deck"), { act, confirm, again, redraw });
const lobby = new LobbyPanel(byId("lobby"), { code, name }, { act, bots: (count) => request(() => post(`/games/${code}/bots`, { count })), redraw });
const talk = new Talk(byId("talk"), game, outbox, { face, unveiled: redraw });
const socket = new LiveSocket({ url: `${wsUrl}/ws/games/${code}/?lang=${lang}`, onState: connected, onFrame: take });

byId("scene").setAttribute("aria-label", words.table);
byId("leave").addEventListener("click", leave);
byId("leave").addEventListener("blur", () => game.loaded && showLeave());
followPage(socket, () => socket.state === "live" && game.sync());
socket.start();

const frames = {
  "game.state"(frame) {
    game.state(frame);
    if (local.fresh) outbox.resume();
    local.fresh = false;
  },
  "game.update": (frame) => game.update(frame),
  "game.missed"(frame) {
    game.missed(frame);
    settleSaid();
  },
  "game.presence": (frame) => game.presence(frame),
  gap: () => game.sync(),
  error({ id, code, detail, command, retry_after: seconds }) {
    // The page asks again by itself, so that nobody need know.
    if (command === "game.sync") return askAgain(seconds * 1_000);
    if (code === "rate_limited" && seconds && outbox.lines.some((line) => line.id === id)) return sayLater(seconds * 1_000);
    if (!id) askAgain();
    lobby.refused(id);
    if (code === "table_not_found") return end("not_found");
    // Without an id it may have been anything: a deed is offered again.
    if (!id || id === local.deed) Object.assign(local, UNDONE);
    const line = id && outbox.settle(id);
    if (line) talk.restore(line);
    // That somebody whispers is a secret too: the line is back in its field, and that says it.
    if (line?.channel !== "mafia" || talk.unveiled) toast(own(code) ?? detail);
    redraw();
  },
};

/** The page's own words for a refusal that is not the rules': those come in English. */
function own(code) {
  return NOT_NOW.includes(code) || NOT_UNDERSTOOD.includes(code) ? texts.unavailable : null;
}

/** There is nothing more to come at this table. */
function end(ending) {
  local.over = true;
  socket.end();
  showEnding(ending);
}

/** What was asked for was refused, for the moment: later, once. */
function askAgain(ms = AGAIN_MS) {
  game.unanswered();
  clearTimeout(local.asking);
  local.asking = setTimeout(() => {
    if (socket.state !== "live") return;
    outbox.resume();
    game.sync();
  }, ms);
}

/** Lines went faster than the table takes them: they stay in the box, and go on after a while. */
function sayLater(ms) {
  setTimeout(() => socket.state === "live" && outbox.resume(), ms);
}

function take(frame) {
  const handle = frames[frame.type];
  if (handle) handle(frame);
  else console.warn(`A frame of the unknown type ${frame.type} was left aside`);
}

function connected(state) {
  if (local.over) return;
  if (isEnding(state.name)) return end(state.name);
  if (state.name === "live") reconnected();
  connection.show(state);
  redraw();
}

/** A new connection: what was on its way over the old one goes again, or is offered again. */
function reconnected() {
  local.fresh = true;
  Object.assign(local, UNDONE);
  lobby.refused();
  game.reconnected();
}

/** Several frames at once are one drawing. */
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
  const live = socket.state === "live";
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

/** Who names whom, for everybody; whom the team points at only as long as its reader looks at secrets. */
function lines(unveiled) {
  const { view, you } = game;
  const votes = named(view);
  const points = unveiled && you ? you.points.map(({ from, target }) => ({ from, to: target, kind: "point" })) : [];
  return [...votes.map(({ from, to }) => ({ from, to, kind: from === game.mySeat ? "vote own" : "vote" })), ...points];
}

/** Who has named whom, and at dusk who was for the accused's death. */
function named(view) {
  if (catalogue.phases[view.phase].draws_names) return view.votes.filter(({ to }) => to !== null);
  if (view.phase !== "dusk") return [];
  return game.recent(["judged"]).flatMap(({ seat, yes }) => yes.map((from) => ({ from, to: seat })));
}

function fresh(event, stream) {
  const own = event.type === "said" && event.id ? outbox.settle(event.id) !== null : false;
  if (event.type === "said") {
    // A secret line shows no bubble: it would be seen from the side.
    if (stream === "public" && event.by.seat !== null) scene.speak(event.by.seat, spoken(event.words, (seat) => game.name(seat)));
  }
  talk.fresh(event, stream);
  news.fresh(event, stream, own || (event.type === "said" && !talk.aloud(event)));
}

/** What only this player may see, as elements. */
function face() {
  const { view, you } = game;
  if (!you) return null;
  const notes = [];
  if (local.vain && local.confirmed !== null) notes.push(words.in_vain(game.name(local.confirmed)));
  if (you.role === "mafia" && you.alive && view.phase === "night" && view.day === 1 && !view.options.first_night_kill) notes.push(words.peaceful);
  return cardFace(you, (seat) => game.name(seat), notes);
}

/** Lines that came back among what was missed are no longer on their way. */
function settleSaid() {
  const waiting = new Set(outbox.lines.map(({ id }) => id));
  for (const { events } of game.updates) for (const event of events) if (event.type === "said" && waiting.has(event.id)) outbox.settle(event.id);
  redraw();
}

/** Who sees the countdown needs no voice; and not where nothing can be done. */
function onSoon(seconds) {
  if (catalogue.phases[game.view.phase].all_act && game.you?.alive) announce(words.seconds_left(seconds), { whole: true });
}

function pick(seat) {
  if (!pickable(game).includes(seat)) return;
  local.chosen = local.chosen === seat ? null : seat;
  redraw();
}

/**
 * A citizen's pick at night goes nowhere, and looks like everybody else's: then they sleep. So does whoever picks somebody to whom their
 * role does nothing: a refusal that only some roles can get would be seen from the side. The card says it.
 */
function confirm(deed, seat) {
  // Who has done it already, and was away since, may press it again.
  const vain = !deed?.targets.includes(seat) && game.you.deed !== seat;
  const id = uuid();
  const command = deed?.targets.includes(seat) ? { type: deed.act, target: seat } : game.can("sleep") && vain ? { type: "sleep" } : null;
  if (command && !act(command, id)) return;
  Object.assign(local, { confirmed: seat, deed: id, vain });
  redraw();
}

/** False where there is no connection: the banner says so. */
function act(command, id = uuid()) {
  return socket.send({ type: "game.do", do: command, id });
}

/** Going for good is in the header, out of the thumb's way, and is pressed twice. */
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
