/** The scales of the charts, and the texts and numbers beside them. */

import assert from "node:assert/strict";
import test from "node:test";

import { decimalsOf, niceTicks, scale, ticksAround } from "../../custom_components/fluvius_esco/frontend/chart.js";
import { Format } from "../../custom_components/fluvius_esco/frontend/format.js";
import { meanOf, monthsOf } from "../../custom_components/fluvius_esco/frontend/peaks.js";
import { fill, languageOf } from "../../custom_components/fluvius_esco/frontend/words.js";

test("ticks are round, begin at 0 and reach the highest value", () => {
  assert.deepEqual(niceTicks(3.4), [0, 1, 2, 3, 4]);
  assert.deepEqual(niceTicks(0), [0, 1]);
  for (const highest of [0.013, 0.7, 2.5, 9.99, 38, 1234, 250000]) {
    const ticks = niceTicks(highest);
    assert.equal(ticks[0], 0);
    assert.ok(ticks.at(-1) >= highest && ticks.length <= 6, String(ticks));
  }
});

test("ticks on both sides reach no further than they have to", () => {
  assert.deepEqual(ticksAround(3, 0), [0, 1, 2, 3]);
  assert.deepEqual(ticksAround(3, 1.5), [-2, -1, 0, 1, 2, 3]);
  assert.equal(decimalsOf([0, 0.25, 0.5]), 2);
});

test("a scale of one value only is still a number", () => {
  assert.equal(scale([0, 10], [0, 100])(5), 50);
  assert.equal(scale([1, 1], [0, 100])(1), 0);
});

test("numbers and times are written as the user has set them", () => {
  const dutch = new Format({ language: "nl", number_format: "language", time_format: "language" });
  assert.equal(dutch.amount(1234.5, "kWh"), "1.235 kWh");
  assert.equal(dutch.amount(2.5, "kW"), "2,50 kW");
  const mixed = new Format({ language: "en", number_format: "decimal_comma", time_format: "24" });
  assert.equal(mixed.number(1234.5, 1), "1.234,5");
  assert.equal(mixed.time(Date.parse("2026-11-25T17:15:00Z")), "18:15");
  assert.equal(mixed.hour(Date.parse("2026-11-24T23:00:00Z")), "00:00");
  const american = new Format({ language: "en", time_format: "12" });
  assert.match(american.hour(Date.parse("2026-11-25T17:00:00Z")), /^6\sPM$/);
});

test("a language without texts gets the English ones", () => {
  assert.equal(languageOf("nl-BE"), "nl");
  assert.equal(languageOf("es"), "en");
  assert.equal(languageOf(undefined), "en");
  assert.equal(fill("{count} of {all}", { count: 1, all: 2 }), "1 of 2");
});

test("a peak sensor without months or without a mean has none", () => {
  assert.equal(monthsOf({ attributes: {} }), null);
  assert.equal(monthsOf(undefined), null);
  assert.equal(meanOf({ state: "unknown" }), null);
  assert.equal(meanOf({ state: "4.456" }), 4.456);
});
