import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { wordsOf } from "../../../http-server/static/mafia/wording.js";

/** The languages whose texts the tests know. */
export const LANGS = ["en", "ko"];

/** A language's file as it is written. */
export const source = (lang) => readFileSync(fileURLToPath(new URL(`../../../shared/mafia/texts/${lang}.json`, import.meta.url)), "utf8");

/** What the game says in a language, as the pages get it. */
export const textsOf = (lang) => JSON.parse(source(lang));

/** What the table's modules say, by language. */
export const WORDS = Object.fromEntries(LANGS.map((lang) => [lang, wordsOf(textsOf(lang))]));
