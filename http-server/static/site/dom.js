/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Attributes by name; `false`, `null` and `undefined` leave one out.
 * Children that are strings become text, never markup.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

/** Gives an element these children, unless it has them: a replaced child is read aloud again, and loses focus and place. */
export function refill(element, children) {
  const same = element.childNodes.length === children.length && children.every((child, at) => element.childNodes[at].isEqualNode(child));
  if (!same) element.replaceChildren(...children);
}

/** A button with its text and its action. */
export function button(text, onClick, className = "quiet") {
  const element = make("button", { type: "button", class: className }, text);
  element.addEventListener("click", onClick);
  return element;
}
