/** Asking Home Assistant: readings by the integration's action, hours by the recorder's statistics. */

import { addDays } from "./time.js";
import { statisticId } from "./meters.js";

const KEPT = 60;

/** Keeps the newest answers, by what was asked; a failed one is asked again. They should be small. */
export class Answers {
  _answers = new Map();

  /** Return the kept answer to a question, or what `ask` gives. */
  get(question, ask) {
    const key = JSON.stringify(question);
    if (!this._answers.has(key)) {
      const answer = ask();
      this._answers.set(key, answer);
      answer.catch(() => this._answers.delete(key));
      if (this._answers.size > KEPT) this._answers.delete(this._answers.keys().next().value);
    }
    return this._answers.get(key);
  }
}

/** Ask for the readings of one day of a meter. */
export async function askReadings(hass, meter, date, granularity) {
  const data = { device_id: meter.id, start: date, end: addDays(date, 1), granularity };
  const answer = await hass.callService("fluvius_esco", "get_readings", data, undefined, false, true);
  return answer.response;
}

/**
 * Ask for the hours of some measures of a meter; the amount of each hour by the instant it begins at.
 *
 * A measure that the meter does not have is not in the answer.
 */
export async function askHours(hass, meter, measures, start, end) {
  const answer = await hass.callWS({
    type: "recorder/statistics_during_period",
    start_time: new Date(start).toISOString(),
    end_time: new Date(end).toISOString(),
    statistic_ids: measures.map((measure) => statisticId(meter, measure)),
    period: "hour",
    types: ["change"],
    units: { energy: "kWh" },
  });
  const found = {};
  for (const measure of measures) {
    const rows = (answer[statisticId(meter, measure)] ?? []).filter((row) => row.start >= start);
    if (rows.length) found[measure] = new Map(rows.map((row) => [row.start, rounded(row.change)]));
  }
  return found;
}

/** Return an amount without what the difference of two running totals leaves behind. */
function rounded(amount) {
  return Math.round(amount * 1e6) / 1e6;
}

/** Return why something failed, in the user's language where Home Assistant has words for it. */
export async function reasonOf(hass, error) {
  const { translation_domain: domain, translation_key: key, translation_placeholders: values } = error ?? {};
  if (domain && key) {
    const localize = await hass.loadBackendTranslation("exceptions", domain);
    const text = localize(`component.${domain}.exceptions.${key}.message`, values);
    if (text) return text;
  }
  return error?.message ?? String(error);
}
