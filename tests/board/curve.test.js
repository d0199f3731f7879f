/** What the load curve is made of. */

import assert from "node:assert/strict";
import test from "node:test";

import { curveOf, doubtOf, stretchesOf } from "../../custom_components/fluvius_esco/frontend/curve.js";
import { QUARTER_HOUR, dayStart } from "../../custom_components/fluvius_esco/frontend/time.js";

const DATE = "2026-11-25";
const ELECTRICITY = { isGas: false, firstHour: 0 };
const GAS = { isGas: true, firstHour: 6 };

function reading(quarter, offtake, { injection = null, state = "read" } = {}) {
  return {
    start: new Date(dayStart(DATE) + quarter * QUARTER_HOUR).toISOString(),
    values: { offtake, injection },
    states: { offtake: state, injection: state },
  };
}

test("the power of a quarter-hour is four times its energy", () => {
  const [offtake] = curveOf(DATE, ELECTRICITY, [reading(70, 0.7)]).series;
  assert.equal(offtake.slices[70].power, 2.8);
});

test("a missing quarter-hour has no power, and is in no sum", () => {
  const curve = curveOf(DATE, ELECTRICITY, [reading(0, 0), reading(1, null), reading(2, 0.5)]);
  const [offtake] = curve.series;
  assert.equal(offtake.slices[0].power, 0);
  assert.equal(offtake.slices[1].power, null);
  assert.equal(offtake.sum, 0.5);
});

test("a quarter-hour that is missing in both directions is missing once", () => {
  const readings = [...Array(96).keys()].map((quarter) =>
    quarter === 5 ? reading(5, null) : reading(quarter, 0.1, { injection: 0.2 }),
  );
  assert.equal(curveOf(DATE, ELECTRICITY, readings).missing, 1);
});

test("the peak is the highest quarter-hour, the first of them", () => {
  const [{ peak }] = curveOf(DATE, ELECTRICITY, [reading(3, 0.4), reading(8, 0.9), reading(9, 0.9)]).series;
  assert.equal(peak.start, dayStart(DATE) + 8 * QUARTER_HOUR);
});

test("a day of which nothing is known is empty", () => {
  const curve = curveOf(DATE, ELECTRICITY, [reading(0, null)]);
  assert.ok(curve.isEmpty);
  assert.equal(curve.series[0].sum, null);
  assert.equal(curve.series[0].peak, null);
  assert.ok(curveOf(DATE, ELECTRICITY, []).isEmpty);
});

test("a gas day has hours from six to six, each with its own energy as power", () => {
  const start = new Date(dayStart(DATE, 6)).toISOString();
  const curve = curveOf(DATE, GAS, [{ start, values: { gas_energy: 5.4, gas_volume: 0.5 } }]);
  assert.deepEqual(
    curve.series.map(({ measure }) => measure),
    ["gas_energy"],
  );
  assert.equal(curve.starts.length, 24);
  assert.equal(curve.series[0].slices[0].power, 5.4);
});

test("neighbours that are alike are one stretch; none reaches over what is missing", () => {
  const readings = [reading(0, 0.1), reading(1, 0.1), reading(3, 0.1), reading(4, 0.1, { state: "estimated" })];
  const [offtake] = curveOf(DATE, ELECTRICITY, readings).series;
  const stretches = stretchesOf(offtake.slices).map(({ kind, slices }) => [kind, slices.length]);
  assert.deepEqual(stretches, [
    ["known", 2],
    ["missing", 1],
    ["known", 1],
    ["unsure", 1],
    ["missing", 91],
  ]);
});

test("only what was read or validated is sure", () => {
  const states = ["read", "validated", "estimated", "not_validated", null];
  const curve = curveOf(
    DATE,
    ELECTRICITY,
    states.map((state, quarter) => reading(quarter, 0.1, { state })),
  );
  assert.deepEqual(
    curve.series[0].slices.slice(0, 6).map(({ doubt }) => doubt),
    [null, null, "estimated", "not_validated", "not_validated", null],
  );
  assert.deepEqual(curve.doubts, [
    { kind: "estimated", count: 1 },
    { kind: "not_validated", count: 2 },
  ]);
});

test("the kWh of gas are provisional as long as their factor is, and its volume is not", () => {
  const reading = { states: { gas_energy: "read", gas_volume: "read" }, gas_factor: "provisional" };
  assert.equal(doubtOf(reading, "gas_energy"), "provisional");
  assert.equal(doubtOf(reading, "gas_volume"), null);
  assert.equal(doubtOf({ ...reading, gas_factor: "definitive" }, "gas_energy"), null);
});
