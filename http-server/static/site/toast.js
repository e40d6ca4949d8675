import { byId } from "./dom.js";

const SHOWN_MS = 4_000;
let timer;

/** Shows a text for a moment, also to a screen reader. */
export function toast(text) {
  const place = byId("toast");
  clearTimeout(timer);
  place.textContent = text;
  timer = setTimeout(() => {
    place.textContent = "";
  }, SHOWN_MS);
}
