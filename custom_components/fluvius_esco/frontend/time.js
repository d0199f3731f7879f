/**
 * Belgian days, whatever the browser's time zone: dates are "YYYY-MM-DD", months "YYYY-MM", instants
 * milliseconds since the epoch. A clock change makes a day of 23 or 25 hours, which falls out of the
 * instants and is nowhere counted.
 */

export const ZONE = "Europe/Brussels";
export const HOUR = 3_600_000;
export const QUARTER_HOUR = HOUR / 4;
const DAY = 24 * HOUR;
const YEARS = 3;

/** The local hour at which a day of readings begins. */
export const ELECTRICITY_DAY = 0;
export const GAS_DAY = 6;

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Return the local date, hour and minute of an instant. */
export function localTime(instant) {
  const part = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    date: `${part.year}-${part.month}-${part.day}`,
    hour: Number(part.hour),
    minute: Number(part.minute),
  };
}

/** Return the local date of the day of readings that an instant falls in. */
export function dayOf(instant, firstHour = ELECTRICITY_DAY) {
  const { date, hour } = localTime(instant);
  return hour < firstHour ? addDays(date, -1) : date;
}

/** Return the instant at which the day of readings of a date begins. */
export function dayStart(date, firstHour = ELECTRICITY_DAY) {
  const wanted = utc(date) + firstHour * HOUR;
  // Twice: the offset at the first guess is the other one close to a clock change.
  const guess = wanted - offsetAt(wanted);
  return wanted - offsetAt(guess);
}

function offsetAt(instant) {
  const { date, hour, minute } = localTime(instant);
  return utc(date) + hour * HOUR + minute * 60_000 - Math.floor(instant / 60_000) * 60_000;
}

function utc(date) {
  return Date.parse(`${date}T00:00:00Z`);
}

/** Return the date a number of days later. */
export function addDays(date, days) {
  return new Date(utc(date) + days * DAY).toISOString().slice(0, 10);
}

/** Return the oldest day that Fluvius can be asked for: one within the last three years. */
export function oldestReadable(now = Date.now()) {
  const [year, month, day] = localTime(now).date.split("-").map(Number);
  // The day on which the three years begin is not within them as a whole.
  return new Date(Date.UTC(year - YEARS, month - 1, day + 1)).toISOString().slice(0, 10);
}

/** Return the instants at which the slices of a day begin. */
export function slotsOf(date, firstHour, length) {
  const end = dayStart(addDays(date, 1), firstHour);
  const starts = [];
  for (let start = dayStart(date, firstHour); start < end; start += length) starts.push(start);
  return starts;
}

/** Return the day of the week: 0 is Monday. */
export function weekday(date) {
  return (new Date(utc(date)).getUTCDay() + 6) % 7;
}

/** Return the seven dates of the week, from Monday, that a date is in. */
export function weekOf(date) {
  const monday = addDays(date, -weekday(date));
  return Array.from({ length: 7 }, (_, day) => addDays(monday, day));
}

/** Return the last day of the seven that a date is in, where the newest day ends seven as well. */
export function lastOfWeek(date, newest) {
  const back = (utc(newest) - utc(date)) / DAY;
  return addDays(newest, -7 * Math.floor(back / 7));
}

/** Return the month that a date is in. */
export function monthOf(date) {
  return date.slice(0, 7);
}

/** Return the month a number of months later. */
export function addMonths(month, months) {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Return all dates of a month. */
export function daysOf(month) {
  const end = `${addMonths(month, 1)}-01`;
  const dates = [];
  for (let date = `${month}-01`; date < end; date = addDays(date, 1)) dates.push(date);
  return dates;
}
