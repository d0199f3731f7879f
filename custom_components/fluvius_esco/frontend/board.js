/**
 * What Home Assistant's frontend loads, at every start: the dashboard, and behind it the cards.
 *
 * Home Assistant waits five seconds for a dashboard's strategy; it does not depend on the cards.
 */

import { define, offer } from "./offers.js";
import { DashboardStrategy, ViewStrategy } from "./strategy.js";
import { loadWords } from "./words.js";

define({
  "ll-strategy-dashboard-fluvius-esco": DashboardStrategy,
  "ll-strategy-view-fluvius-esco": ViewStrategy,
});
offer("customStrategies", { type: "fluvius-esco", strategyType: "dashboard" }, "board");

// The dialogs read the texts at once: those of the page's language have to be there by then.
const load = () => loadWords(document.documentElement.lang).catch(() => {});
new MutationObserver(load).observe(document.documentElement, { attributeFilter: ["lang"] });
load();

import("./cards.js").catch((error) => console.error("The cards of Fluvius ESCO cannot be loaded", error));
