/** Belgian days in whatever zone the browser is in; the runner runs this in several. */

import assert from "node:assert/strict";
import test from "node:test";

import {
  ELECTRICITY_DAY,
  GAS_DAY,
  HOUR,
  QUARTER_HOUR,
  addDays,
  addMonths,
  dayOf,
  dayStart,
  daysOf,
  lastOfWeek,
  localTime,
  oldestReadable,
  slotsOf,
  weekOf,
} from "../../custom_components/fluvius_esco/frontend/time.js";

const at = (text) => Date.parse(text);

test("an electricity day begins at the Belgian midnight", () => {
  assert.equal(dayStart("2026-01-15"), at("2026-01-14T23:00:00Z"));
  assert.equal(dayStart("2026-07-15"), at("2026-07-14T22:00:00Z"));
});

test("a gas day begins at six in the morning, also on the day of a clock change", () => {
  assert.equal(dayStart("2026-01-15", GAS_DAY), at("2026-01-15T05:00:00Z"));
  assert.equal(dayStart("2026-03-29", GAS_DAY), at("2026-03-29T04:00:00Z"));
  assert.equal(dayStart("2026-10-25", GAS_DAY), at("2026-10-25T05:00:00Z"));
});

test("a day has 92 quarter-hours in March, 100 in October and 96 otherwise", () => {
  const count = (date) => slotsOf(date, ELECTRICITY_DAY, QUARTER_HOUR).length;
  assert.equal(count("2026-03-29"), 92);
  assert.equal(count("2026-10-25"), 100);
  assert.equal(count("2026-10-26"), 96);
});

test("the gas day before a clock change is the one with an hour more or less", () => {
  const count = (date) => slotsOf(date, GAS_DAY, HOUR).length;
  assert.equal(count("2026-03-28"), 23);
  assert.equal(count("2026-10-24"), 25);
  assert.equal(count("2026-10-25"), 24);
});

test("every slot of a year of days is in the day that it is a slot of", () => {
  for (const firstHour of [ELECTRICITY_DAY, GAS_DAY]) {
    let next = dayStart("2026-01-01", firstHour);
    for (let date = "2026-01-01"; date < "2027-01-01"; date = addDays(date, 1)) {
      for (const start of slotsOf(date, firstHour, HOUR)) {
        assert.equal(start, next);
        assert.equal(dayOf(start, firstHour), date);
        next = start + HOUR;
      }
    }
  }
});

test("an instant before the first hour belongs to the day before", () => {
  assert.equal(dayOf(at("2026-01-15T04:59:59Z"), GAS_DAY), "2026-01-14");
  assert.equal(dayOf(at("2026-01-14T23:00:00Z")), "2026-01-15");
});

test("the hour that comes twice has the same name twice", () => {
  assert.deepEqual(localTime(at("2026-10-25T00:30:00Z")), { date: "2026-10-25", hour: 2, minute: 30 });
  assert.deepEqual(localTime(at("2026-10-25T01:30:00Z")), { date: "2026-10-25", hour: 2, minute: 30 });
});

test("days, weeks and months are counted over the ends of years", () => {
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  assert.equal(addMonths("2026-11", 3), "2027-02");
  assert.equal(addMonths("2026-01", -1), "2025-12");
  assert.equal(daysOf("2028-02").length, 29);
  assert.deepEqual(weekOf("2027-01-01").slice(0, 2), ["2026-12-28", "2026-12-29"]);
});

test("seven days end at the newest one, and so do those before", () => {
  assert.equal(lastOfWeek("2026-11-25", "2026-11-25"), "2026-11-25");
  assert.equal(lastOfWeek("2026-11-19", "2026-11-25"), "2026-11-25");
  assert.equal(lastOfWeek("2026-11-18", "2026-11-25"), "2026-11-18");
  assert.equal(lastOfWeek("2026-10-25", "2026-11-25"), "2026-10-28");
});

test("the oldest day to ask for is within three years, by the Belgian clock", () => {
  assert.equal(oldestReadable(Date.parse("2026-11-25T22:59:00Z")), "2023-11-26");
  assert.equal(oldestReadable(Date.parse("2026-11-25T23:01:00Z")), "2023-11-27");
  assert.equal(oldestReadable(Date.parse("2026-12-31T12:00:00Z")), "2024-01-01");
});
