/** Numbers, dates and times as the user has set them in Home Assistant; all times are Belgian. */

import { ZONE } from "./time.js";

const NUMBER_LANGUAGES = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
};

/** Formats for one user; makes every Intl object once. */
export class Format {
  constructor(locale) {
    this.language = locale?.language ?? "en";
    this._numberFormat = locale?.number_format;
    this._hour12 = { 12: true, 24: false }[locale?.time_format];
    this._made = new Map();
  }

  /** Return a number with as many decimals as given. */
  number(value, decimals) {
    const language = NUMBER_LANGUAGES[this._numberFormat] ?? this.language;
    return this._intl("NumberFormat", language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: this._numberFormat !== "none",
    }).format(value);
  }

  /** Return an amount with its unit; small ones with more decimals. */
  amount(value, unit) {
    const decimals = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : 2;
    return `${this.number(value, decimals)} ${unit}`;
  }

  /** Return a word as it is written within a sentence. */
  inSentence(word) {
    // German writes its nouns with a capital everywhere.
    return this.language.startsWith("de") ? word : word.toLowerCase();
  }

  /** Return a share of 1 in whole percents. */
  percent(share) {
    return `${this.number(100 * share, 0)} %`;
  }

  /** Return the local time of an instant. */
  time(instant) {
    const hour = this._hasHalfDays ? "numeric" : "2-digit";
    return this._dateTime({ hour, minute: "2-digit", hour12: this._hour12, timeZone: ZONE }, instant);
  }

  /** Return the local time of a full hour, as short as it can be. */
  hour(instant) {
    if (!this._hasHalfDays) return this.time(instant);
    return this._dateTime({ hour: "numeric", hour12: this._hour12, timeZone: ZONE }, instant);
  }

  get _hasHalfDays() {
    const options = { hour: "numeric", hour12: this._hour12 };
    return this._intl("DateTimeFormat", this.language, options).resolvedOptions().hour12;
  }

  /** Return a date with its weekday. */
  day(date) {
    return this._date({ weekday: "short", day: "numeric", month: "short", year: "numeric" }, date);
  }

  /** Return a date without its year. */
  shortDay(date) {
    return this._date({ weekday: "short", day: "numeric", month: "short" }, date);
  }

  /** Return the weekday of a date. */
  weekday(date) {
    return this._date({ weekday: "short" }, date);
  }

  /** Return the day of the month and the month of a date. */
  dayAndMonth(date) {
    return this._date({ day: "numeric", month: "short" }, date);
  }

  /** Return a month with its year. */
  month(month) {
    return this._date({ month: "long", year: "numeric" }, `${month}-01`);
  }

  /** Return the short name of a month. */
  shortMonth(month) {
    return this._date({ month: "short" }, `${month}-01`).replace(/\.$/, "");
  }

  _date(options, date) {
    return this._dateTime({ ...options, timeZone: "UTC" }, Date.parse(`${date}T12:00:00Z`));
  }

  _dateTime(options, instant) {
    return this._intl("DateTimeFormat", this.language, options).format(instant);
  }

  _intl(kind, language, options) {
    const key = JSON.stringify([kind, language, options]);
    if (!this._made.has(key)) this._made.set(key, new Intl[kind](language, options));
    return this._made.get(key);
  }
}
