import { byId, make } from "./dom.js";
import { fill, texts } from "./texts.js";

/** What comes within this time is one utterance. */
const GATHER_MS = 150;
/** More lines than this at once are counted, not read out: someone is catching up. */
const READ_OUT = 4;
/** Long enough for any screen reader to have taken it; then it is gone, so that nobody reads it twice. */
const KEEP_MS = 10_000;

let gathered = [];

/** Says something to a screen reader, politely. */
export function announce(text) {
  if (gathered.length === 0) setTimeout(speak, GATHER_MS);
  gathered.push(text);
}

function speak() {
  const count = gathered.length;
  const said = count > READ_OUT ? [fill(texts.new_messages, { count }), gathered.at(-1)] : gathered;
  gathered = [];
  const lines = said.map((text) => make("p", {}, text));
  byId("announcer").append(...lines);
  setTimeout(() => lines.forEach((line) => line.remove()), KEEP_MS);
}
