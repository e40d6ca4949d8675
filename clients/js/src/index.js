export { delayAfter, spreadOf } from "./close-codes.js";
export { Connection } from "./connection.js";
export { followPage } from "./page.js";
