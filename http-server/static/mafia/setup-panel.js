import { make } from "../dom.js";
import { texts } from "../texts.js";
import { roleName } from "./sentences.js";
import { words } from "./words.js";

const ROLES = ["mafia", "doctor", "detective", "joker", "soldier", "reporter", "spy"];
const LENGTHS = ["night_seconds", "dawn_seconds", "talk_seconds", "vote_seconds", "defence_seconds", "ballot_seconds", "dusk_seconds"];
const SWITCHES = ["first_night_kill", "doctor_self", "reveal_roles", "spectators"];
const BOTS = ["calm", "quick", "instant"];
const PACE_ORDER = ["quick", "standard", "long"];
/** Of a pace only what a pace is about: the rules stay as the host has chosen them. */
const PACES = PACE_ORDER.map((name) => [name, Object.fromEntries([...LENGTHS, "bots"].map((key) => [key, texts.paces[name][key]]))]);

/** Roles and rules: the host changes them, everybody sees them. `onChange(setup)` gets all of it. */
export class SetupPanel {
  #details = make("details", { class: "setup" });
  #body = make("div", { class: "setup-body" });
  #onChange;
  #signature = "";
  #view = null;

  constructor(place, onChange) {
    this.#onChange = onChange;
    this.#details.append(make("summary", {}, words.set_up), this.#body);
    place.replaceChildren(this.#details);
  }

  show(view, mine) {
    const { roles, chosen_roles: chosen, options } = view;
    const players = view.seats.length;
    const signature = JSON.stringify([roles, chosen, options, players, mine]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#view = view;
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.#body.replaceChildren(
      ...(mine ? [] : [make("p", { class: "hint" }, words.set_up_only_host)]),
      this.#pace(options, mine), this.#roles(roles, chosen, players, mine), this.#rules(options, mine), this.#lengths(options, mine),
    );
    if (focused) this.#body.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  #change({ roles, options }) {
    const now = this.#view.chosen_roles ? this.#view.roles : null;
    this.#onChange({ roles: roles === undefined ? now : roles, options: { ...this.#view.options, ...options } });
  }

  #pace(options, mine) {
    const buttons = PACES.map(([name, pace]) => {
      const on = Object.entries(pace).every(([key, value]) => options[key] === value);
      const button = make("button", { type: "button", "aria-pressed": String(on), disabled: !mine, "data-name": `pace-${name}` }, words[`pace_${name}`]);
      button.addEventListener("click", () => this.#change({ options: pace }));
      return button;
    });
    return make("div", { class: "segments", role: "group", "aria-label": words.pace }, ...buttons);
  }

  #roles(roles, chosen, players, mine) {
    const auto = this.#switch("roles_auto", words.roles_auto, !chosen, mine, (on) => this.#change({ roles: on ? null : roles }));
    const rows = ROLES.map((role) => this.#stepper(role, roles, mine));
    const citizens = Math.max(0, players - ROLES.reduce((sum, role) => sum + roles[role], 0));
    rows.push(make("li", { class: "role-count" }, make("span", {}, words.citizens), make("output", {}, String(citizens))));
    return make("div", { class: "roles" }, auto, make("ul", { class: "role-counts" }, ...rows));
  }

  #stepper(role, roles, mine) {
    const name = roleName(role);
    const step = (by, label, sign) => {
      const next = roles[role] + by;
      const button = make("button", { type: "button", "aria-label": label, disabled: !mine || next < 0 || next > 20, "data-name": `${role}${sign}` }, sign);
      button.addEventListener("click", () => this.#change({ roles: { ...roles, [role]: next } }));
      return button;
    };
    const count = make("output", {}, String(roles[role]));
    const controls = mine ? [step(-1, words.fewer(name), "−"), count, step(1, words.more(name), "+")] : [count];
    return make("li", { class: "role-count" }, make("span", {}, name), make("span", { class: "stepper" }, ...controls));
  }

  #rules(options, mine) {
    const switches = SWITCHES.map((name) => this.#switch(name, words.option[name], options[name], mine, (on) => this.#change({ options: { [name]: on } })));
    return make("fieldset", { class: "rules" }, make("legend", {}, words.rules), ...switches);
  }

  #switch(name, label, on, mine, change) {
    const box = make("input", { type: "checkbox", checked: on, disabled: !mine, "data-name": name });
    box.addEventListener("change", () => change(box.checked));
    return make("label", { class: "switch" }, box, make("span", {}, label));
  }

  #lengths(options, mine) {
    const number = (name, label, least, most) => {
      const field = make("input", { type: "number", inputmode: "numeric", min: least, max: most, value: options[name], disabled: !mine, "data-name": name });
      field.addEventListener("change", () => {
        const value = Math.round(Number(field.value));
        if (field.value !== "" && value >= least && value <= most) this.#change({ options: { [name]: value } });
        else field.value = options[name];
      });
      return make("label", { class: "length" }, make("span", {}, label), field);
    };
    const fields = LENGTHS.map((name) => number(name, words.seconds_of[name], 1, 1800));
    fields.push(number("gone_after", words.gone_after, 1, 50));
    const bots = make("select", { disabled: !mine, "data-name": "bots" }, ...BOTS.map((pace) => make("option", { value: pace, selected: options.bots === pace }, words.bots[pace])));
    bots.addEventListener("change", () => this.#change({ options: { bots: bots.value } }));
    fields.push(make("label", { class: "length" }, make("span", {}, words.bots_pace), bots));
    return make("fieldset", { class: "lengths" }, make("legend", {}, words.lengths), ...fields);
  }
}
