import { byId } from "../site/dom.js";
import { fill, texts } from "../site/texts.js";

/** Shows who is typing, by name. More than two are not counted: the line is short. */
export function showTyping([a, b, ...more]) {
  let text = "";
  if (more.length > 0) text = texts.typing_many;
  else if (b !== undefined) text = fill(texts.typing_two, { a, b });
  else if (a !== undefined) text = fill(texts.typing_one, { name: a });
  byId("typing").textContent = text;
}
