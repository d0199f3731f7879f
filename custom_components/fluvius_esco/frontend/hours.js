/** Hours of the recorder, put together as the cards show them: weeks, days and months. */

import { HOUR, dayOf, localTime, slotsOf } from "./time.js";

/**
 * Return the cells of a heat map: a row per day of readings, a cell per hour of the clock.
 *
 * Each cell has the hours that bear its time: none where the clock skips it, two where it goes back.
 * An hour without a value is missing.
 */
export function heatMapOf(dates, firstHour, values) {
  return dates.map((date) => {
    const cells = Array.from({ length: 24 }, () => []);
    for (const start of slotsOf(date, firstHour, HOUR)) {
      cells[(localTime(start).hour - firstHour + 24) % 24].push({ start, amount: values?.get(start) ?? null });
    }
    return { date, cells };
  });
}

/**
 * Return the amount of a day that is known as a whole only, or null.
 *
 * Such an amount stands in the day's first hour, and is none of that hour. Where the integration
 * lists the day as incomplete, it tells whether its daily value counts.
 */
export function wholeDayOf(cells, listed) {
  const [first, ...others] = cells.flat();
  const isAlone = first.amount !== null && others.every(({ amount }) => amount === null);
  return isAlone && (listed?.daily_value_counts ?? true) ? first.amount : null;
}

/** Return the sums of hours by day of readings, for days that have any. */
export function sumsByDay(values, firstHour) {
  const sums = new Map();
  for (const [start, amount] of values ?? []) {
    const day = dayOf(start, firstHour);
    sums.set(day, (sums.get(day) ?? 0) + amount);
  }
  return sums;
}

/** Return the sums of days by month. */
export function sumsByMonth(byDay) {
  const sums = new Map();
  for (const [day, amount] of byDay) {
    const month = day.slice(0, 7);
    sums.set(month, (sums.get(month) ?? 0) + amount);
  }
  return sums;
}

/**
 * Return the parts of each period: by day and night where the registers are known, the rest as one.
 *
 * `sums` are sums per period of a direction's total, day and night. Of a period of which not all is
 * split over the registers, the remainder is `rest`: every kWh is shown, and shown once.
 */
export function splitOf(periods, sums) {
  return periods.map((period) => {
    const total = sums.total?.get(period);
    const day = sums.day?.get(period);
    const night = sums.night?.get(period);
    if (total === undefined && day === undefined && night === undefined) return { period, total: null };
    const split = (day ?? 0) + (night ?? 0);
    const whole = total ?? split;
    const rest = whole - split;
    // Less than the resolution of a reading is what floating point leaves.
    return { period, total: whole, day: day ?? 0, night: night ?? 0, rest: Math.abs(rest) < 0.0005 ? 0 : rest };
  });
}
