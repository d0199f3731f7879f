/** The calendar of complete days. */

import assert from "node:assert/strict";
import test from "node:test";

import { calendarOf, isDayEnd, missingOf, placeOf } from "../../custom_components/fluvius_esco/frontend/quality.js";
import { dayStart } from "../../custom_components/fluvius_esco/frontend/time.js";

function kinds(missing, from = "2026-11-03", until = "2026-11-21") {
  const days = calendarOf("2026-11", { from: dayStart(from), until: dayStart(until), firstHour: 0, missing });
  return new Map(days.map(({ date, kind }) => [Number(date.slice(8)), kind]));
}

test("days are complete from the first to the last reading, unless the sensor lists them", () => {
  const found = kinds({ count: 1, days: [{ date: "2026-11-10" }] });
  assert.equal(found.get(2), "none");
  assert.equal(found.get(3), "complete");
  assert.equal(found.get(10), "incomplete");
  assert.equal(found.get(20), "complete");
  assert.equal(found.get(21), "none");
});

test("a day that is older than a list that was cut off is not called complete", () => {
  const found = kinds({ count: 40, days: [{ date: "2026-11-12" }, { date: "2026-11-10" }] });
  assert.equal(found.get(9), "unknown");
  assert.equal(found.get(11), "complete");
});

test("a sensor without a value has no missing days", () => {
  assert.deepEqual(missingOf(undefined), { count: 0, days: [] });
  assert.deepEqual(missingOf({ state: "unknown", attributes: {} }), { count: 0, days: [] });
});

test("the calendar begins on Monday", () => {
  assert.deepEqual(placeOf("2026-11-01"), { row: 0, column: 6 });
  assert.deepEqual(placeOf("2026-11-30"), { row: 5, column: 0 });
});

test("a day of readings ends at its own hour", () => {
  assert.ok(isDayEnd(dayStart("2026-11-26"), 0));
  assert.ok(isDayEnd(dayStart("2026-11-26", 6), 6));
  assert.ok(!isDayEnd(dayStart("2026-11-26", 6), 0));
});
