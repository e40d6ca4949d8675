/** The texts of the page's language, as the server put them into the page. */
export const texts = JSON.parse(document.getElementById("texts").textContent);

/** The page's language tag. */
export const lang = document.documentElement.lang;

/** Puts values into a text's places: `{name}` becomes `values.name`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
