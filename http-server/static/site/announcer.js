import { byId, make } from "./dom.js";
import { fill, texts } from "./texts.js";

/** Lines within this time become one announcement. */
const GATHER_MS = 150;
/** More lines than this at once are counted instead of read out: the page catches up. */
const READ_OUT = 4;
/** The text stays this long, enough for every screen reader; then it goes, so that it is not read twice. */
const KEEP_MS = 10_000;

let gathered = [];

/** Announces a text to a screen reader, politely. A `whole` text is always read, never just counted. */
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
