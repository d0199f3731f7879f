/** The peaks of twelve months beside the power that counts at the least, and their mean. */

import { BoardCard } from "../card.js";
import {
  barPath,
  canvas,
  decimalsOf,
  markedValue,
  missingPattern,
  niceTicks,
  scale,
  stripes,
  valueAxis,
} from "../chart.js";
import { html, svg } from "../dom.js";
import { figures, legend, message, pressable } from "../parts.js";
import { FLOOR, monthsOf, powerOf } from "../peaks.js";
import { selection } from "../selection.js";
import { dayOf } from "../time.js";

const MONTHS_OF_MEAN = 12;
const HEIGHT = 280;
const COLOR = "var(--offtake)";

export class MonthPeaks extends BoardCard {
  static card = "month_peaks";

  inputs(state) {
    return [state("peak_mean"), state("month_peak")];
  }

  get _months() {
    return monthsOf(this.state("peak_mean"), this.state("month_peak"));
  }

  hasAnythingToShow() {
    return this._months !== null;
  }

  draw(_, width) {
    if (this.meter.isGas) return [message(this.text("gas"))];
    const months = this._months;
    if (!months) return [message(this.text("nothing"))];
    const mean = powerOf(this.state("peak_mean"));
    this.dataset.shown = `${this.meter.ean} ${months.length}`;
    return [this._figures(months, mean), this._chart(months, mean, width), this._legend(months)];
  }

  _figures(months, mean) {
    const list = [];
    if (mean !== null) {
      const count = months.filter(({ missing, isPresent }) => !missing && !isPresent).length;
      const more = count < MONTHS_OF_MEAN ? this.text("of_months", { count }) : null;
      list.push({ key: "mean", name: this.text("mean"), text: this._power(mean), more });
    }
    const newest = months[months.length - 1];
    if (!newest.missing) {
      list.push({
        key: newest.isPresent ? "present" : "newest",
        name: this.format.month(newest.month),
        text: this._power(newest.peak),
        more: newest.provisional ? this.format.inSentence(this.shared("provisional")) : null,
      });
    }
    return figures(list);
  }

  _power(kilowatts) {
    return this.format.amount(kilowatts, "kW");
  }

  _chart(months, mean, width) {
    const highest = Math.max(FLOOR, ...months.map(({ peak }) => peak ?? 0));
    const ticks = niceTicks(highest);
    const area = { left: 30, right: width, top: 18, bottom: HEIGHT - 38 };
    const y = scale([0, ticks[ticks.length - 1]], [area.bottom, area.top]);
    const decimals = decimalsOf(ticks);
    const room = (area.right - area.left) / months.length;
    // The present month is not one of those that the mean is of.
    const meanEnd = area.left + room * months.filter(({ isPresent }) => !isPresent).length;
    return canvas(
      width,
      HEIGHT,
      this._spoken(months, mean),
      svg("defs", {}, missingPattern(), stripes("provisional", COLOR)),
      valueAxis(ticks, y, area, (tick) => this.format.number(tick, decimals)),
      svg("text", { x: 0, y: 8 }, "kW"),
      months.map((month, index) => this._month(month, area.left + index * room, room, y, area)),
      markedValue(FLOOR, y, area, "", "floor"),
      mean === null ? null : markedValue(mean, y, { ...area, right: meanEnd }, "", "mean"),
    );
  }

  _month(month, x, room, y, area) {
    const [left, width] = [x + room * 0.15, room * 0.7];
    const name = this.format.shortMonth(month.month);
    const below = (line, text, kind) =>
      svg("text", { x: x + room / 2, y: area.bottom + 16 * line, "text-anchor": "middle", class: kind }, text);
    return svg(
      "g",
      { class: "month", "data-month": month.month },
      this._bar(month, left, width, y, area),
      below(1, room < 34 ? name.slice(0, 1).toUpperCase() : name, "tick"),
      below(2, month.missing ? "–" : this.format.number(month.peak, room < 34 ? 1 : 2), "value"),
    );
  }

  _bar(month, left, width, y, { top, bottom }) {
    const name = this._told(month);
    if (month.missing) {
      const style = "fill:url(#missing)";
      return svg("rect", { x: left, y: top, width, height: bottom - top, style }, svg("title", {}, name));
    }
    const below = month.counted > month.peak;
    const fill = month.provisional ? "url(#provisional)" : COLOR;
    const bar = svg(
      "g",
      {},
      below
        ? svg("path", {
            d: barPath(left, width, y(0), y(month.counted)),
            style: `fill:${COLOR};fill-opacity:0.12;stroke:${COLOR};stroke-opacity:0.5;stroke-dasharray:3 2`,
          })
        : null,
      svg("path", { d: barPath(left, width, y(0), y(month.peak)), style: `fill:${fill}`, class: "bar" }),
      svg("title", {}, name),
    );
    const start = Date.parse(month.start);
    return Number.isNaN(start) ? bar : pressable(bar, month.month, name, () => selection.chooseDay(dayOf(start)));
  }

  _told({ month, peak, start, provisional, missing }) {
    const name = this.format.month(month);
    if (missing) return `${name}: ${this.format.inSentence(this.shared("missing"))}`;
    const at = Date.parse(start);
    const moment = Number.isNaN(at) ? "" : `, ${this.format.shortDay(dayOf(at))} ${this.format.time(at)}`;
    const doubt = provisional ? ` (${this.format.inSentence(this.shared("provisional"))})` : "";
    return `${name}: ${this._power(peak)}${moment}${doubt}`;
  }

  _spoken(months, mean) {
    const told = months.map((month) => this._told(month)).join("; ");
    return mean === null ? told : `${this.text("mean")} ${this._power(mean)}. ${told}`;
  }

  _legend(months) {
    const entries = [{ text: this.text("peak"), color: COLOR }];
    if (months.some(({ provisional }) => provisional)) {
      entries.push({ text: this.shared("provisional"), color: COLOR, kind: "provisional" });
    }
    if (months.some(({ missing }) => missing)) entries.push({ text: this.shared("missing"), kind: "missing" });
    entries.push({ text: this.text("mean"), color: "var(--mean)", kind: "line" });
    entries.push({ text: this.text("floor"), color: "var(--floor)", kind: "line" });
    return [legend(entries), html("p", { class: "note" }, this.text("note"))];
  }
}
