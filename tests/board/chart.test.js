/** The scales of the charts, and the texts and numbers beside them. */

import assert from "node:assert/strict";
import test from "node:test";

import { decimalsOf, niceTicks, scale, ticksAround } from "../../custom_components/fluvius_esco/frontend/chart.js";
import { Format } from "../../custom_components/fluvius_esco/frontend/format.js";
import { monthsOf, powerOf } from "../../custom_components/fluvius_esco/frontend/peaks.js";
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

test("words keep their capital in German only", () => {
  assert.equal(new Format({ language: "nl" }).inSentence("Nacht"), "nacht");
  assert.equal(new Format({ language: "de" }).inSentence("Nacht"), "Nacht");
});

test("a language without texts gets the English ones", () => {
  assert.equal(languageOf("nl-BE"), "nl");
  assert.equal(languageOf("es"), "en");
  assert.equal(languageOf(undefined), "en");
  assert.equal(fill("{count} of {all}", { count: 1, all: 2 }), "1 of 2");
});

test("the present month stands behind those that the mean is of, and counts for the floor at least", () => {
  const mean = { state: "4.456", attributes: { months: [{ month: "2026-10", peak: 4.6, counted: 4.6, missing: false }] } };
  const present = { state: "1.2", attributes: { month: "2026-11", start: null, provisional: true } };
  const months = monthsOf(mean, present);
  assert.deepEqual(
    months.map(({ month, counted, isPresent }) => [month, counted, isPresent]),
    [
      ["2026-10", 4.6, false],
      ["2026-11", 2.5, true],
    ],
  );
  assert.equal(powerOf(mean), 4.456);
});

test("sensors that know of no peak have no months", () => {
  const unknown = { state: "unknown", attributes: { month: "2026-11" } };
  assert.equal(monthsOf({ attributes: {} }, unknown), null);
  assert.equal(monthsOf(undefined, undefined), null);
  assert.equal(monthsOf({ attributes: { months: [{ month: "2026-10", missing: true }] } }, unknown), null);
  assert.equal(powerOf({ state: "unknown" }), null);
});
