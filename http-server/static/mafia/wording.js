import { josa } from "./josa.js";

const PLACE = /\{(\w+)(?::([^/{}]*)\/([^{}]*))?\}/g;

/** Fills a text: `{n}` becomes `values.n`; `{n:이/가}` also appends the particle that fits the value's sound. */
function fill(text, values) {
  return text.replace(PLACE, (place, name, afterConsonant, afterVowel) => {
    if (!(name in values)) return place;
    const value = String(values[name]);
    return afterConsonant === undefined ? value : josa(value, afterConsonant, afterVowel);
  });
}

/** Events, each as `(values) => sentence`. A night action has two: for its player, and `…_open` where nothing is hidden. */
function eventsOf({ event }, { causes, deeds }) {
  const say = Object.fromEntries(Object.entries(event).map(([key, text]) => [key, (values = {}) => fill(text, values)]));
  const outcome = (texts, mafia) => (typeof texts === "string" ? texts : texts[mafia ? "mafia" : "other"]);
  for (const [type, { told, open }] of Object.entries(deeds)) {
    say[type] = ({ mafia, ...values }) => fill(outcome(told, mafia), values);
    say[`${type}_open`] = ({ mafia, ...values }) => fill(outcome(open, mafia), values);
  }
  for (const cause of Object.keys(causes)) say[cause] = ({ n, r }) => fill(r ? event[`${cause}_role`] : event[cause], { n, r });
  return {
    ...say,
    stood_up: ({ n, kicked }) => fill(kicked ? event.kicked : event.stood_up, { n }),
    voted: ({ n, t }) => fill(t ? event.voted : event.abstained, { n, t }),
    judged: ({ n, yes, no, dies }) => fill(dies ? event.judged_dies : event.judged_lives, { n, yes, no }),
    judged_by: ({ yes, no }) =>
      [yes.length > 0 && fill(event.judged_yes, { names: yes.join(", ") }), no.length > 0 && fill(event.judged_no, { names: no.join(", ") })]
        .filter(Boolean).join(" · "),
  };
}

/**
 * The table's texts in the language of `texts` (its `words` and `game`): strings, and functions where a text has values. `n` is
 * a name, `r` a role's name.
 */
export function wordsOf({ words, game }) {
  const with1 = (name) => Object.fromEntries(NAMED[name].map((key) => [key, (value) => fill(words[key], { [name]: value })]));
  const list = (names) => {
    if (names.length < 2) return names.join("");
    if (names.length === 2) return fill(words.list.pair, { a: names[0], b: names[1] });
    return fill(words.list.last, { a: names.slice(0, -1).join(", "), b: names.at(-1) });
  };
  return {
    ...words, ...with1("n"), ...with1("r"), ...with1("day"), ...with1("count"), ...with1("label"),
    seat: ({ name, you, dead, left, host, bot, offline, votes, accused, role, chosen }) => {
      const s = words.seat;
      const named = votes > 0 && fill(votes === 1 ? s.vote : s.votes, { count: votes });
      return [
        name, you && s.you, host && s.host, bot && s.bot, dead ? s.dead : s.alive, left && s.left, offline && s.offline, role,
        accused && s.accused, named, chosen && s.chosen,
      ].filter(Boolean).join(", ");
    },
    team: (names) => fill(words.team, { names: list(names) }),
    points: (from, to) => fill(words.points, { from, to }),
    finding: (day, n, mafia) => fill(mafia ? words.finding.mafia : words.finding.other, { day, n }),
    armour: (whole) => (whole ? words.armour.whole : words.armour.broken),
    story: (open) => (open ? words.story.open : words.story.printed),
    step: (at, of) => fill(words.step, { at, of }),
    event: eventsOf(words, game),
  };
}

/** The texts with one value, by the name of its placeholder. */
const NAMED = {
  n: ["host_is", "say_host_away", "say_host_gone", "say_voted", "say_defence", "say_ballot", "confirm", "confirmed", "vote_for", "deed", "in_vain", "kick"],
  r: ["fewer", "more"],
  day: ["day", "night"],
  count: ["seconds_left", "too_long", "unread", "seats_taken", "fill_bots"],
  label: ["again_to_confirm"],
};
