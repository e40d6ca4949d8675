import { byId, make } from "./dom.js";
import { texts } from "./texts.js";

const here = () => location.pathname;

/** The links of an ending: text and address, the best one last. */
const WAYS = {
  ended: () => [[texts.sign_in, here()]],
  refused: () => [[texts.reload, here()], [texts.to_lobby, "/"]],
  not_found: () => [[texts.to_lobby, "/"]],
};

/** Whether a state of the connection ends the page. */
export const isEnding = (name) => name in WAYS;

/** Replaces the page's content with the ending, since the user may not read the room any more. */
export function showEnding(name) {
  const { title, text } = texts[name];
  const heading = make("h1", { tabindex: "-1", id: "ending-title" }, title);
  const ways = WAYS[name]().map(([label, href], at, all) =>
    make("a", { href, class: at === all.length - 1 ? "button primary" : "button" }, label),
  );
  const card = make(
    "section",
    { class: "card welcome ending", "data-ending": name, "aria-labelledby": "ending-title" },
    heading,
    make("p", {}, text),
    make("p", { class: "ways" }, ...ways),
  );
  document.body.className = name === "ended" ? "gate signed-out" : "gate";
  byId("main").replaceChildren(card);
  heading.focus();
}
