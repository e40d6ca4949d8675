/** The texts of the page's language, as the server put them into the page. */
export const texts = JSON.parse(document.getElementById("texts").textContent);

/** The page's language tag. */
export const lang = document.documentElement.lang;

/** Fills a text's placeholders: `{name}` becomes `values.name`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
