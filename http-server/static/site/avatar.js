import { make } from "./dom.js";

const HUES = 8;

/** One of a few colours, always the same for a user. */
function hueOf(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return sum % HUES;
}

/** The first grapheme cluster: an emoji of several code points is one. */
function initialOf(nickname) {
  const [first] = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(nickname);
  return first ? first.segment.toLocaleUpperCase() : "";
}

/** A circle with the first letter of a name. Hidden from screen readers, since the name stands beside it. */
export function avatar(id, nickname) {
  return make("span", { class: `avatar hue-${hueOf(id)}`, "aria-hidden": "true" }, initialOf(nickname));
}
