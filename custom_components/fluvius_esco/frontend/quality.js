/** Which days of a meter are complete, as far as the integration's sensor of missing days tells. */

import { dayOf, daysOf, weekday } from "./time.js";

/**
 * Return the days of a month with what is known of each.
 *
 * A day is `complete`, `incomplete`, `none` where no readings are due, or `unknown` where it is older
 * than the incomplete days that the sensor lists, which are the newest ones.
 */
export function calendarOf(month, { from, until, firstHour, missing }) {
  const incomplete = new Set(missing.days.map(({ date }) => date));
  const first = from === null ? null : dayOf(from, firstHour);
  const last = until === null ? null : dayOf(until - 1, firstHour);
  return daysOf(month).map((date) => {
    if (last === null || date > last || (first !== null && date < first)) return { date, kind: "none" };
    if (incomplete.has(date)) return { date, kind: "incomplete" };
    return { date, kind: isBeyondList(date, missing) ? "unknown" : "complete" };
  });
}

/** Tell whether a day is older than those that the sensor lists, where it cannot list all. */
export function isBeyondList(date, { count, days }) {
  const listed = new Set(days.map((day) => day.date));
  return count > listed.size && date < [...listed].sort()[0];
}

/** Return the row (week) and column (weekday) of a day in its month's calendar. */
export function placeOf(date) {
  const first = `${date.slice(0, 7)}-01`;
  const index = Number(date.slice(8)) - 1 + weekday(first);
  return { row: Math.floor(index / 7), column: index % 7 };
}

/** Return the missing days as the sensor tells them. */
export function missingOf(state) {
  const count = Number.parseInt(state?.state, 10);
  const days = state?.attributes?.days;
  return { count: Number.isNaN(count) ? 0 : count, days: Array.isArray(days) ? days : [] };
}

/** Tell whether a day of readings ends at an instant. */
export function isDayEnd(instant, firstHour) {
  return dayOf(instant - 1, firstHour) !== dayOf(instant, firstHour);
}
