import { byId, make } from "../site/dom.js";
import { texts } from "../site/texts.js";
import { catalogue } from "./catalogue.js";
import { Scene } from "./scene.js";
import { details, roleName, sentence, spoken } from "./sentences.js";
import { words } from "./words.js";

const SECRET = new Set(catalogue.secret_events);
const steps = JSON.parse(byId("steps").textContent);
const place = byId("replay-player");

const scenePlace = make("div", { class: "scene" });
const scene = new Scene(scenePlace, () => {});
const title = make("h2", { class: "replay-step", tabindex: "-1", "aria-live": "polite" });
const log = make("ol", { class: "talk-log" });
const slider = make("input", { type: "range", min: "0", max: String(steps.length - 1), value: "0", "aria-label": words.phase_slider });
const back = make("button", { type: "button" }, words.previous);
const on = make("button", { type: "button", class: "primary" }, words.next);
let at = 0;

place.hidden = false;
place.replaceChildren(
  make("div", { class: "replay-scene" }, scenePlace),
  make("div", { class: "replay-side" }, make("div", { class: "replay-controls" }, back, slider, on), title, log),
);
back.addEventListener("click", () => go(at - 1));
on.addEventListener("click", () => go(at + 1));
slider.addEventListener("input", () => go(Number(slider.value)));
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, .ring")) return;
  if (event.key === "ArrowRight") go(at + 1);
  if (event.key === "ArrowLeft") go(at - 1);
});
addEventListener("hashchange", () => go(fromHash()));
go(fromHash());

function fromHash() {
  return (Number(location.hash.slice(1)) || 1) - 1;
}

function go(to) {
  at = Math.min(Math.max(to, 0), steps.length - 1);
  const { phase, day, view, events } = steps[at];
  slider.value = String(at);
  slider.setAttribute("aria-valuetext", heading(phase, day));
  // Not the attribute `disabled`: at the last step the button would lose the focus.
  back.setAttribute("aria-disabled", String(at === 0));
  on.setAttribute("aria-disabled", String(at === steps.length - 1));
  title.textContent = heading(phase, day);
  title.append(" ", make("small", {}, words.step(at + 1, steps.length)));
  document.body.dataset.phase = phase;
  scene.middle.replaceChildren(make("strong", { class: "phase-name" }, texts.game.phases[phase]), make("span", { class: "phase-day" }, day > 0 ? (phase === "night" ? words.night(day) : words.day(day)) : ""));
  scene.show({
    view, me: null, online: new Set(view.seats.map(({ player }) => player)), targets: [], chosen: null, lines: lines(phase, view, events),
    spot: catalogue.phases[phase].has_accused ? view.accused : null, unveiled: null,
  });
  const shown = events.map(([, event]) => line(event, view)).filter(Boolean);
  if (phase === "over") shown.push(...view.seats.map(person));
  log.replaceChildren(...(shown.length > 0 ? shown : [make("li", { class: "told" }, words.nothing)]));
  history.replaceState(null, "", `#${at + 1}`);
}

/** A player's role, and the link to their page. */
function person({ player, name, role }) {
  return make("li", { class: "told" }, player ? make("a", { href: `/players/${player}` }, name) : name, ` · ${roleName(role)}`);
}

function heading(phase, day) {
  const name = texts.game.phases[phase];
  return day > 0 && phase !== "over" ? `${phase === "night" ? words.night(day) : words.day(day)} · ${name}` : name;
}

function lines(phase, view, events) {
  if (phase === "night") {
    const last = new Map();
    for (const [, event] of events) if (event.type === "pointed") last.set(event.seat, { from: event.seat, to: event.target, kind: "point" });
    return [...last.values()];
  }
  return catalogue.phases[phase].draws_names ? view.votes.filter(({ to }) => to !== null).map(({ from, to }) => ({ from, to, kind: "vote" })) : [];
}

function line(event, view) {
  const nameOf = (seat) => view.seats[seat]?.name ?? "?";
  if (event.type === "said") {
    const channel = event.channel === "public" ? [] : [make("small", { class: "secret-mark" }, texts.game.channels[event.channel])];
    return make("li", { class: "said" }, make("b", {}, event.by.name), " ", make("span", { class: "speech" }, spoken(event.words, nameOf)), ...channel);
  }
  const text = sentence(event, nameOf, true);
  if (text === null) return null;
  const secret = SECRET.has(event.type) ? [" ", make("small", { class: "secret-mark" }, words.secret)] : [];
  const more = details(event, nameOf);
  return make("li", { class: "told", "data-event": event.phase ?? event.type }, text, ...secret, ...(more ? [make("small", {}, more)] : []));
}
