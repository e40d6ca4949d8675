import { byId, make } from "./dom.js";
import { fill, texts } from "./texts.js";

/** What comes within this time is one utterance. */
const GATHER_MS = 150;
/** More lines than this at once are counted, not read out: someone is catching up. */
const READ_OUT = 4;
/** Long enough for any screen reader to have taken it; then it is gone, so that nobody reads it twice. */
const KEEP_MS = 10_000;

let gathered = [];

/** Says something to a screen reader, politely. What is `whole` is never counted with others instead of being read. */
export function announce(text, { whole = false } = {}) {
  if (gathered.length === 0) setTimeout(speak, GATHER_MS);
  gathered.push({ text, whole });
}

function speak() {
  const lines = gathered.filter(({ whole }) => !whole);
  const counted = lines.length > READ_OUT ? lines.slice(0, -1) : [];
  const said = gathered.filter((line) => !counted.includes(line)).map(({ text }) => text);
  if (counted.length > 0) said.unshift(fill(texts.new_messages, { count: lines.length }));
  gathered = [];
  const spoken = said.map((text) => make("p", {}, text));
  byId("announcer").append(...spoken);
  setTimeout(() => spoken.forEach((line) => line.remove()), KEEP_MS);
}
