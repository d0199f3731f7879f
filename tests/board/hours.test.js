/** The recorder's hours as heat map, days and months. */

import assert from "node:assert/strict";
import test from "node:test";

import { heatMapOf, splitOf, sumsByDay, sumsByMonth, wholeDayOf } from "../../custom_components/fluvius_esco/frontend/hours.js";
import { HOUR, dayStart } from "../../custom_components/fluvius_esco/frontend/time.js";

test("an hour without a value is missing, and is no zero", () => {
  const start = dayStart("2026-11-25");
  const [{ cells }] = heatMapOf(["2026-11-25"], 0, new Map([[start, 0]]));
  assert.deepEqual(cells[0], [{ start, amount: 0 }]);
  assert.deepEqual(cells[1], [{ start: start + HOUR, amount: null }]);
});

test("the hour that comes twice is two, the one that is skipped is none", () => {
  const [{ cells: autumn }] = heatMapOf(["2026-10-25"], 0, new Map());
  const [{ cells: spring }] = heatMapOf(["2026-03-29"], 0, undefined);
  assert.equal(autumn[2].length, 2);
  assert.equal(spring[2].length, 0);
});

test("a gas day's first column is six in the morning", () => {
  const start = dayStart("2026-11-25", 6);
  const [{ cells }] = heatMapOf(["2026-11-25"], 6, new Map([[start, 3.1]]));
  assert.equal(cells[0][0].amount, 3.1);
  assert.equal(cells.flat().length, 24);
});

test("an amount of a whole day stands in its first hour, and is none of that hour", () => {
  const start = dayStart("2026-11-25");
  const cellsOf = (...hours) => heatMapOf(["2026-11-25"], 0, new Map(hours))[0].cells;
  assert.equal(wholeDayOf(cellsOf([start, 7.9])), 7.9);
  assert.equal(wholeDayOf(cellsOf([start, 7.9]), { daily_value_counts: true }), 7.9);
  assert.equal(wholeDayOf(cellsOf([start, 0.4]), { daily_value_counts: false }), null);
  assert.equal(wholeDayOf(cellsOf([start, 0.4], [start + HOUR, 0.3])), null);
  assert.equal(wholeDayOf(cellsOf()), null);
});

test("hours add up to days of readings, and those to months", () => {
  const hours = new Map([
    [Date.parse("2026-10-31T22:00:00Z"), 1],
    [Date.parse("2026-10-31T23:00:00Z"), 2],
    [Date.parse("2026-11-01T23:00:00Z"), 4],
  ]);
  const byDay = sumsByDay(hours, 0);
  assert.deepEqual([...byDay], [["2026-10-31", 1], ["2026-11-01", 2], ["2026-11-02", 4]]);
  assert.deepEqual([...sumsByMonth(byDay)], [["2026-10", 1], ["2026-11", 6]]);
  assert.deepEqual([...sumsByDay(hours, 6)], [["2026-10-31", 3], ["2026-11-01", 4]]);
});

test("what day and night do not split is shown as the rest, and every kWh once", () => {
  const sums = {
    total: new Map([["2026-11-01", 10], ["2026-11-02", 7]]),
    day: new Map([["2026-11-01", 6]]),
    night: new Map([["2026-11-01", 4]]),
  };
  const [first, second, third] = splitOf(["2026-11-01", "2026-11-02", "2026-11-03"], sums);
  assert.deepEqual(first, { period: "2026-11-01", total: 10, day: 6, night: 4, rest: 0 });
  assert.deepEqual(second, { period: "2026-11-02", total: 7, day: 0, night: 0, rest: 7 });
  assert.equal(third.total, null);
});

test("registers without a total are a total of their own", () => {
  const [{ total, rest }] = splitOf(["2026-11"], { day: new Map([["2026-11", 0.1]]), night: new Map([["2026-11", 0.2]]) });
  assert.ok(Math.abs(total - 0.3) < 1e-9);
  assert.equal(rest, 0);
});
