/** The load curve of a day: every slice of the day with its mean power, and what is told of the whole. */

import { HOUR, QUARTER_HOUR, slotsOf } from "./time.js";

/** Why an amount is not sure, as the texts name it. */
const DOUBTS = ["estimated", "not_validated", "provisional"];
const SURE = ["read", "validated"];

/** Return how fine a meter's readings are: the length of a slice and the action's word for it. */
export function finenessOf(meter) {
  return meter.isGas ? { length: HOUR, granularity: "hour" } : { length: QUARTER_HOUR, granularity: "quarter_hour" };
}

/** Return which directions a meter's readings have, in the order in which they are drawn. */
export function measuresOf(meter, readings) {
  const wanted = meter.isGas ? ["gas_energy"] : ["offtake", "injection"];
  return wanted.filter((measure) => readings.some(({ values }) => measure in values));
}

/** Return why an amount of a reading is not sure, or null; the kWh of gas change with their factor. */
export function doubtOf({ states, gas_factor: factor }, measure) {
  const state = states?.[measure];
  if (state === "estimated") return "estimated";
  if (!SURE.includes(state)) return "not_validated";
  return measure === "gas_energy" && factor === "provisional" ? "provisional" : null;
}

/**
 * Return the curve of a day by measure: a value in kW of every slice, null where there is no reading.
 *
 * A missing reading is no zero: it has no power, and the sum of the day is that of what is known.
 * `doubts` are the reasons why slices are not sure, with how many these are.
 */
export function curveOf(date, meter, readings) {
  const { length } = finenessOf(meter);
  const starts = slotsOf(date, meter.firstHour, length);
  const byStart = new Map(readings.map((reading) => [Date.parse(reading.start), reading]));
  const measures = measuresOf(meter, readings);
  const series = measures.map((measure) => {
    const slices = starts.map((start) => {
      const reading = byStart.get(start);
      const amount = reading?.values[measure] ?? null;
      return {
        start,
        amount,
        power: amount === null ? null : amount * (HOUR / length),
        doubt: amount === null ? null : doubtOf(reading, measure),
      };
    });
    return { measure, slices, ...summaryOf(slices) };
  });
  const isAny = (index, isCounted) => series.some(({ slices }) => isCounted(slices[index]));
  const count = (isCounted) => starts.filter((_, index) => isAny(index, isCounted)).length;
  return {
    date,
    length,
    starts,
    end: starts[starts.length - 1] + length,
    series,
    isEmpty: series.every(({ sum }) => sum === null),
    missing: count(({ amount }) => amount === null),
    doubts: DOUBTS.map((kind) => ({ kind, count: count(({ doubt }) => doubt === kind) })).filter(
      (one) => one.count,
    ),
  };
}

function summaryOf(slices) {
  const known = slices.filter(({ amount }) => amount !== null);
  return {
    sum: known.length ? known.reduce((sum, { amount }) => sum + amount, 0) : null,
    peak: known.reduce((peak, slice) => (peak === null || slice.power > peak.power ? slice : peak), null),
  };
}

/** Return the stretches of neighbouring slices that are alike: known, unsure or missing. */
export function stretchesOf(slices) {
  const kindOf = ({ power, doubt }) => (power === null ? "missing" : doubt ? "unsure" : "known");
  const stretches = [];
  for (const slice of slices) {
    const last = stretches[stretches.length - 1];
    if (last?.kind === kindOf(slice)) last.slices.push(slice);
    else stretches.push({ kind: kindOf(slice), slices: [slice] });
  }
  return stretches;
}
