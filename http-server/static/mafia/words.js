import { texts } from "../site/texts.js";
import { wordsOf } from "./wording.js";

/** What the table says, in the page's language. */
export const words = wordsOf(texts);
