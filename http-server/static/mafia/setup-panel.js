import { make } from "../site/dom.js";
import { toast } from "../site/toast.js";
import { catalogue } from "./catalogue.js";
import { SetupAhead } from "./setup-ahead.js";
import { roleName } from "./sentences.js";
import { words } from "./words.js";

const ROLES = catalogue.roles.filter(({ choosable }) => choosable).map(({ name }) => name);
const { lengths: LENGTHS, switches: SWITCHES, bots: BOTS, seconds: SECONDS, gone_after: GONE_AFTER, paces } = catalogue.options;
const MOST = catalogue.max_players;
/** A pace changes lengths alone; the rules stay as the host has set them. */
const PACES = paces.map(({ name, options }) => [name, Object.fromEntries([...LENGTHS, "bots"].map((key) => [key, options[key]]))]);

/**
 * Roles and rules, which the host changes and all players see. `onChange(setup)` gets the whole set-up and returns whether there was a
 * connection. The controls are created once, so that a change at the table does not disturb an input.
 */
export class SetupPanel {
  #hint = make("p", { class: "hint" }, words.set_up_only_host);
  #setup = new SetupAhead();
  #onChange;
  /** A function for each control that updates it to `{roles, chosen, options, players, mine}`. */
  #controls = [];
  #view = null;
  #mine = false;

  constructor(place, onChange) {
    this.#onChange = onChange;
    const body = make("div", { class: "setup-body" }, this.#hint, this.#pace(), this.#roles(), this.#rules(), this.#lengths());
    place.replaceChildren(make("details", { class: "setup" }, make("summary", {}, words.set_up), body));
  }

  show(view, mine) {
    this.#setup.confirm({ roles: view.chosen_roles ? view.roles : null, options: view.options });
    this.#view = view;
    this.#mine = mine;
    this.#draw();
  }

  /** Returns to the server's set-up, since a change may have been refused. */
  refused() {
    this.#setup.forget();
    if (this.#view) this.#draw();
  }

  #draw() {
    const { roles, options } = this.#setup.now;
    const state = { roles: roles ?? this.#view.roles, chosen: roles !== null, options, players: this.#view.seats.length, mine: this.#mine };
    this.#hint.hidden = this.#mine;
    for (const update of this.#controls) update(state);
  }

  #change(change) {
    if (!this.#mine) return;
    const setup = this.#setup.change(change);
    if (setup && !this.#onChange(setup)) {
      // Not sent: show the server's set-up.
      this.#setup.forget();
      toast(words.say_offline);
    }
    this.#draw();
  }

  #pace() {
    const buttons = PACES.map(([name, pace]) => {
      const button = make("button", { type: "button", "data-name": `pace-${name}` }, words[`pace_${name}`]);
      button.addEventListener("click", () => this.#change({ options: pace }));
      this.#controls.push(({ options, mine }) => {
        button.setAttribute("aria-pressed", String(Object.entries(pace).every(([key, value]) => options[key] === value)));
        button.disabled = !mine;
      });
      return button;
    });
    return make("div", { class: "segments", role: "group", "aria-label": words.pace }, ...buttons);
  }

  #roles() {
    const auto = this.#switch("roles_auto", words.roles_auto, ({ chosen }) => !chosen, (on) => this.#change({ roles: on ? null : this.#view.roles }));
    const citizens = make("output");
    this.#controls.push(({ roles, players }) => {
      citizens.textContent = String(Math.max(0, players - ROLES.reduce((sum, role) => sum + roles[role], 0)));
    });
    const rows = [...ROLES.map((role) => this.#stepper(role)), make("li", { class: "role-count" }, make("span", {}, words.citizens), citizens)];
    return make("div", { class: "roles" }, auto, make("ul", { class: "role-counts" }, ...rows));
  }

  #stepper(role) {
    const name = roleName(role);
    const count = make("output");
    const step = (by, label, sign) => {
      const button = make("button", { type: "button", "aria-label": label, "data-name": `${role}${sign}` }, sign);
      const next = () => (this.#setup.now.roles ?? this.#view.roles)[role] + by;
      button.addEventListener("click", () => {
        if (next() >= 0 && next() <= MOST) this.#change({ roles: { ...(this.#setup.now.roles ?? this.#view.roles), [role]: next() } });
      });
      this.#controls.push(({ mine }) => {
        button.hidden = !mine;
        button.setAttribute("aria-disabled", String(next() < 0 || next() > MOST));
      });
      return button;
    };
    const controls = [step(-1, words.fewer(name), "−"), count, step(1, words.more(name), "+")];
    this.#controls.push(({ roles }) => {
      count.textContent = String(roles[role]);
    });
    return make("li", { class: "role-count" }, make("span", {}, name), make("span", { class: "stepper" }, ...controls));
  }

  #rules() {
    const switches = SWITCHES.map((name) =>
      this.#switch(name, words.option[name], ({ options }) => options[name], (on) => this.#change({ options: { [name]: on } })));
    return make("fieldset", { class: "rules" }, make("legend", {}, words.rules), ...switches);
  }

  #switch(name, label, isOn, change) {
    const box = make("input", { type: "checkbox", "data-name": name });
    box.addEventListener("change", () => change(box.checked));
    this.#controls.push((state) => {
      box.checked = isOn(state);
      box.disabled = !state.mine;
    });
    return make("label", { class: "switch" }, box, make("span", {}, label));
  }

  #lengths() {
    const fields = LENGTHS.map((name) => this.#number(name, words.seconds_of[name], ...SECONDS));
    fields.push(this.#number("gone_after", words.gone_after, ...GONE_AFTER));
    const bots = make("select", { "data-name": "bots" }, ...BOTS.map((pace) => make("option", { value: pace }, words.bots[pace])));
    bots.addEventListener("change", () => this.#change({ options: { bots: bots.value } }));
    this.#controls.push(({ options, mine }) => {
      bots.value = options.bots;
      bots.disabled = !mine;
    });
    fields.push(make("label", { class: "length" }, make("span", {}, words.bots_pace), bots));
    return make("fieldset", { class: "lengths" }, make("legend", {}, words.lengths), ...fields);
  }

  #number(name, label, least, most) {
    const field = make("input", { type: "number", inputmode: "numeric", min: least, max: most, "data-name": name });
    /** The user is typing and has not finished the input. */
    let typing = false;
    field.addEventListener("input", () => {
      typing = true;
    });
    field.addEventListener("blur", () => {
      typing = false; // also where it is as it was, and nothing has changed
      this.#draw();
    });
    field.addEventListener("change", () => {
      typing = false;
      const value = Math.round(Number(field.value));
      if (field.value !== "" && value >= least && value <= most) this.#change({ options: { [name]: value } });
      else this.#draw();
    });
    this.#controls.push(({ options, mine }) => {
      typing &&= mine;
      if (!typing) field.value = options[name];
      field.disabled = !mine;
    });
    return make("label", { class: "length" }, make("span", {}, label), field);
  }
}
