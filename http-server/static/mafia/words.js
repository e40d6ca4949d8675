import { texts } from "../site/texts.js";
import { wordsOf } from "./wording.js";

/** The table's texts in the page's language. */
export const words = wordsOf(texts);
