import { lang } from "../site/texts.js";

const clock = new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" });
const date = new Intl.DateTimeFormat(lang, { year: "numeric", month: "long", day: "numeric", weekday: "short" });
const exact = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const midnight = (ms) => new Date(ms).setHours(0, 0, 0, 0);

/** The time of day. */
export const timeOfDay = (ms) => clock.format(ms);

/** Date and time. */
export const moment = (ms) => exact.format(ms);

/** A key for the day of a moment, equal for all moments of the day. */
export const dayOf = (ms) => midnight(ms);

/** Today, yesterday, or the date, as a heading. */
export function dayName(ms, now = Date.now()) {
  // Rounded: a day on which the clocks change has 23 or 25 hours.
  const days = Math.round((midnight(ms) - midnight(now)) / (24 * HOUR));
  const name = days === 0 || days === -1 ? relative.format(days, "day") : date.format(ms);
  return name.charAt(0).toLocaleUpperCase(lang) + name.slice(1);
}

/** The time since a moment, in words. */
export function ago(ms, now = Date.now()) {
  const past = Math.max(0, now - ms);
  if (past < MINUTE) return relative.format(0, "second");
  if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), "minute");
  if (past < 24 * HOUR) return relative.format(-Math.floor(past / HOUR), "hour");
  return relative.format(-Math.floor(past / (24 * HOUR)), "day");
}
