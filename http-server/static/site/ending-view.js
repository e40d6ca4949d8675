import { byId, make } from "./dom.js";
import { texts } from "./texts.js";

const here = () => location.pathname;

/** Where an ending leads: text and address, the best one last. */
const WAYS = {
  ended: () => [[texts.sign_in, here()]],
  refused: () => [[texts.reload, here()], [texts.to_lobby, "/"]],
  not_found: () => [[texts.to_lobby, "/"]],
};

/** Whether a state of the connection is the end of the page. */
export const isEnding = (name) => name in WAYS;

/** Puts the ending in place of the page: nothing of the room stays readable to whoever has no right to it any more. */
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
