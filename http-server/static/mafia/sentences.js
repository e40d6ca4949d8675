import { texts } from "../site/texts.js";
import { words } from "./words.js";

const { roles, winners, ballots, deeds } = texts.game;

export const roleName = (role) => roles[role]?.name ?? role;

/** The text of a message. A bot's phrase is in the page's language. */
export function spoken(saying, nameOf) {
  if (saying.text !== undefined) return saying.text;
  const { phrase, about } = saying.phrase;
  const text = texts.phrases[phrase] ?? phrase;
  const name = about === null ? "" : nameOf(about);
  return text.replaceAll("{name}", () => name); // a name may hold what replaceAll takes for a pattern
}

/** The voters for and against, once the game publishes them; `null` for other events. */
export function details(event, nameOf) {
  if (event.type !== "judged") return null;
  return words.event.judged_by({ yes: event.yes.map(nameOf), no: event.no.map(nameOf) }) || null;
}

/**
 * An event as a sentence, or `null` for an event without one. `nameOf` returns a seat's name; `open` where nothing is hidden,
 * as in a replay.
 */
export function sentence(event, nameOf, open = false) {
  const say = (key, values = {}) => words.event[key](values);
  const whose = (key, values) => (open ? say(`${key}_open`, values) : say(key, values));
  const n = event.seat === undefined || event.seat === null ? "" : nameOf(event.seat);
  const t = event.target === undefined || event.target === null ? "" : nameOf(event.target);
  if (event.type in deeds) return whose(event.type, { n, t, mafia: event.mafia });
  switch (event.type) {
    case "joined": return say("joined", { n: event.player.name });
    case "stood_up": return say("stood_up", { n: event.name, kicked: event.kicked });
    case "phase_began": return say(event.phase, { day: event.day });
    case "dealt": return say("dealt", { r: roleName(event.role) });
    case "contacted": return say(event.type, { n });
    case "slept":
    case "survived": return whose(event.type, { n });
    case "died": return say(event.cause, { n, r: event.role && roleName(event.role) });
    case "published": return say("published", { t, r: roleName(event.role) });
    case "time_voted": return say(event.longer ? "longer" : "shorter", { n });
    case "voted": return say("voted", { n, t: event.target === null ? null : t });
    case "balloted":
      return event.choice ? say("balloted_open", { n, choice: ballots[event.choice] }) : say("balloted", { n });
    case "judged": return say("judged", { n, yes: event.yes.length, no: event.no.length, dies: event.dies });
    case "ended": return say("ended", { w: winners[event.winner] });
    // Before the start players move up, so another player may sit there by now. The crown marks the host.
    case "host_is":
    case "phase_ended":
    case "said": return null;
    default: return event.type in words.event ? say(event.type, { n, t }) : null;
  }
}
