import { texts } from "../site/texts.js";
import { words } from "./words.js";

const { roles, winners, ballots, deeds } = texts.game;

export const roleName = (role) => roles[role]?.name ?? role;

/** A line that somebody said, in the page's language where it is a bot's. */
export function spoken(saying, nameOf) {
  if (saying.text !== undefined) return saying.text;
  const { phrase, about } = saying.phrase;
  const text = texts.phrases[phrase] ?? phrase;
  const name = about === null ? "" : nameOf(about);
  return text.replaceAll("{name}", () => name); // a name may hold what replaceAll takes for a pattern
}

/** Who was for and who against it, once that is told; `null` for everything else. */
export function details(event, nameOf) {
  if (event.type !== "judged") return null;
  return words.event.judged_by({ yes: event.yes.map(nameOf), no: event.no.map(nameOf) }) || null;
}

/**
 * An event as a sentence, or `null` where there is nothing to say. `nameOf` gives a seat's name; `open` where nothing is hidden and
 * everything is told of everybody, as in a replay.
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
    // Before the start people move up: by now somebody else may sit there. The crown shows who it is.
    case "host_is":
    case "phase_ended":
    case "said": return null;
    default: return event.type in words.event ? say(event.type, { n, t }) : null;
  }
}
