/** What Home Assistant's frontend loads: defines the cards and the dashboard, and offers them. */

import { DataQuality } from "./cards/data-quality.js";
import { DayNight } from "./cards/day-night.js";
import { LoadCurve } from "./cards/load-curve.js";
import { MeterPicker } from "./cards/meter-picker.js";
import { MonthPeaks } from "./cards/month-peaks.js";
import { WeekHeatMap } from "./cards/week-heat-map.js";
import { DashboardStrategy, ViewStrategy } from "./strategy.js";
import { loadWords, loadedWords } from "./words.js";

const CARDS = {
  "fluvius-esco-load-curve": LoadCurve,
  "fluvius-esco-month-peaks": MonthPeaks,
  "fluvius-esco-day-night": DayNight,
  "fluvius-esco-week-heat-map": WeekHeatMap,
  "fluvius-esco-data-quality": DataQuality,
  "fluvius-esco-meter-picker": MeterPicker,
};
const STRATEGIES = {
  "ll-strategy-dashboard-fluvius-esco": DashboardStrategy,
  "ll-strategy-view-fluvius-esco": ViewStrategy,
};

/** Define elements; a page that stays open while the integration is updated keeps the ones it has. */
function define(elements) {
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

/** Return the texts of something in the language that the page has by the time they are read. */
function described(group, names) {
  const texts = () => (loadedWords(document.documentElement.lang) ?? loadedWords("en"))?.[group];
  return {
    get name() {
      return texts()?.[names.name] ?? "Fluvius ESCO";
    },
    get description() {
      return texts()?.[names.description] ?? "";
    },
  };
}

/** Add to one of the lists that Home Assistant's dialogs offer from. */
function offer(list, entry, isSame) {
  window[list] ??= [];
  if (!window[list].some(isSame)) window[list].push(entry);
}

function withGetters(fields, texts) {
  return Object.defineProperties({ ...fields }, Object.getOwnPropertyDescriptors(texts));
}

const isOurs = ({ type, strategyType }) => type === "fluvius-esco" && strategyType === "dashboard";
offer(
  "customStrategies",
  withGetters(
    { type: "fluvius-esco", strategyType: "dashboard" },
    described("board", { name: "title", description: "description" }),
  ),
  isOurs,
);
for (const [type, element] of Object.entries(CARDS)) {
  const texts = described(element.card, { name: "title", description: "description" });
  offer("customCards", withGetters({ type }, texts), (card) => card.type === type);
}

// The dialogs read the texts at once: those of the page's language have to be there by then.
const load = () => loadWords(document.documentElement.lang).catch(() => {});
new MutationObserver(load).observe(document.documentElement, { attributeFilter: ["lang"] });
load();

define(CARDS);
define(STRATEGIES);
