/** The cards of the board, for it and for any other dashboard. */

import { DataQuality } from "./cards/data-quality.js";
import { DayNight } from "./cards/day-night.js";
import { LoadCurve } from "./cards/load-curve.js";
import { MeterPicker } from "./cards/meter-picker.js";
import { MonthPeaks } from "./cards/month-peaks.js";
import { WeekHeatMap } from "./cards/week-heat-map.js";
import { define, offer } from "./offers.js";

const CARDS = {
  "fluvius-esco-load-curve": LoadCurve,
  "fluvius-esco-month-peaks": MonthPeaks,
  "fluvius-esco-day-night": DayNight,
  "fluvius-esco-week-heat-map": WeekHeatMap,
  "fluvius-esco-data-quality": DataQuality,
  "fluvius-esco-meter-picker": MeterPicker,
};

define(CARDS);
for (const [type, element] of Object.entries(CARDS)) offer("customCards", { type }, element.card);
