import { lang } from "../site/texts.js";
import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

/** What the table says, in the page's language. */
export const words = lang === "ko" ? ko : en;
