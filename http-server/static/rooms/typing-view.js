import { byId } from "../site/dom.js";
import { fill, texts } from "../site/texts.js";

/** Shows the names of typing members. More than two become "several", since the line is short. */
export function showTyping([a, b, ...more]) {
  let text = "";
  if (more.length > 0) text = texts.typing_many;
  else if (b !== undefined) text = fill(texts.typing_two, { a, b });
  else if (a !== undefined) text = fill(texts.typing_one, { name: a });
  byId("typing").textContent = text;
}
