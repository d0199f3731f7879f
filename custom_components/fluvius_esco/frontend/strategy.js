/** The dashboard that the integration offers: one view, whose cards all follow its choice of meter. */

import { loadWords } from "./words.js";

const CARD = "custom:fluvius-esco-";

/** Return the view; a meter picker heads it, so that a thousand meters need no more than one. */
export function viewOf(words) {
  const section = (span, ...cards) => ({ type: "grid", column_span: span, cards });
  const card = (name) => ({ type: `${CARD}${name}`, grid_options: { columns: "full" } });
  return {
    title: words.board.title,
    path: "readings",
    icon: "mdi:chart-areaspline",
    type: "sections",
    max_columns: 3,
    dense_section_placement: true,
    sections: [
      section(3, card("meter-picker"), card("load-curve")),
      section(1, card("month-peaks")),
      section(2, card("week-heat-map")),
      section(2, card("day-night")),
      section(1, card("data-quality")),
    ],
  };
}

async function wordsAndCards(hass) {
  const [words] = await Promise.all([loadWords(hass.locale?.language), import("./cards.js")]);
  return words;
}

export class DashboardStrategy extends HTMLElement {
  /** What the dialog of a new dashboard fills in. */
  static async getCreateSuggestions(hass) {
    const words = await loadWords(hass.locale?.language);
    return { title: words.board.title, icon: "mdi:chart-areaspline" };
  }

  static async generate(_config, hass) {
    const words = await wordsAndCards(hass);
    return { title: words.board.title, views: [viewOf(words)] };
  }

  /** The cards find the meters themselves: the view stays whatever is added to Home Assistant. */
  static shouldRegenerate() {
    return false;
  }
}

export class ViewStrategy extends HTMLElement {
  static async generate(_config, hass) {
    return viewOf(await wordsAndCards(hass));
  }

  static shouldRegenerate() {
    return false;
  }
}
