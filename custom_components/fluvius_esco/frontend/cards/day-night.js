/** The amounts of the days of a month or the months of a year, split over day and night. */

import { Answers, askHours } from "../answers.js";
import { BoardCard } from "../card.js";
import { barPath, canvas, decimalsOf, missingPattern, scale, ticksAround, valueAxis } from "../chart.js";
import { html, svg } from "../dom.js";
import { splitOf, sumsByDay, sumsByMonth } from "../hours.js";
import { NEWS } from "../meters.js";
import { choice, figures, legend, message, pager, pressable } from "../parts.js";
import { selection } from "../selection.js";
import { addMonths, dayOf, dayStart, daysOf, monthOf } from "../time.js";

const HEIGHT = 300;
const ELECTRICITY = ["offtake", "offtake_day", "offtake_night", "injection", "injection_day", "injection_night"];
const GAS = ["gas_energy"];
const COLORS = {
  offtake: { day: "var(--offtake)", night: "var(--night)", rest: "var(--offtake)" },
  injection: { day: "var(--injection)", night: "var(--injection-night)", rest: "var(--injection)" },
  gas_energy: { rest: "var(--gas)" },
};
const answers = new Answers();

export class DayNight extends BoardCard {
  static card = "day_night";

  // The history, which is read from the newest month to the oldest, is no news.
  static news = [...NEWS, "import_progress"];

  _range = "month";

  controls() {
    this._choice = choice((range) => this._goTo(range, this._month));
    this._pager = pager((step) =>
      this._goTo(this._range, addMonths(this._month, this._range === "year" ? 12 * step : step)),
    );
    return [this._choice.element, this._pager.element];
  }

  inputs(state) {
    return [...super.inputs(state), state("data_period_from")];
  }

  showControls() {
    // A day that is chosen elsewhere brings its month; what is chosen here stays until then.
    if (this._followed !== this.day) {
      this._followed = this.day;
      this._month = monthOf(this.day);
    }
    if (this.meter.isGas) this.heading = this.text("title_gas");
    const newest = monthOf(this.newest);
    if (this._month > newest) this._month = newest;
    const isYear = this._range === "year";
    const oldest = this._months()[0];
    this._choice.show({
      name: this.text("range"),
      options: ["month", "year"].map((value) => ({ value, text: this.text(value) })),
      chosen: this._range,
    });
    this._pager.show({
      text: isYear ? this._yearText() : this.format.month(this._month),
      names: [this.text(`previous_${this._range}`), this.text(`next_${this._range}`)],
      canGoBack: this._oldest === null || oldest > monthOf(this._oldest),
      canGoOn: this._month < newest,
    });
  }

  get _oldest() {
    const from = Date.parse(this.state("data_period_from")?.state);
    return Number.isNaN(from) ? null : dayOf(from, this.meter.firstHour);
  }

  _yearText() {
    const text = (month) => `${this.format.shortMonth(month)} ${month.slice(0, 4)}`;
    return `${text(this._months()[0])} – ${text(this._month)}`;
  }

  _months() {
    return this._range === "year"
      ? Array.from({ length: 12 }, (_, index) => addMonths(this._month, index - 11))
      : [this._month];
  }

  _goTo(range, month) {
    this._range = range;
    this._month = month;
    this.refresh();
  }

  async load() {
    const { hass, meter } = this;
    const months = this._months();
    const start = dayStart(`${months[0]}-01`, meter.firstHour);
    const end = dayStart(`${addMonths(this._month, 1)}-01`, meter.firstHour);
    const measures = meter.isGas ? GAS : ELECTRICITY;
    const days = await answers.get([meter.ean, start, end, ...this.edition], async () =>
      byDay(await askHours(hass, meter, measures, start, end), meter.firstHour),
    );
    const isYear = this._range === "year";
    const periods = isYear ? months : daysOf(this._month);
    const sums = (measure) => (days[measure] && isYear ? sumsByMonth(days[measure]) : days[measure]);
    const directions = (meter.isGas ? GAS : ["offtake", "injection"])
      .filter((total) => measures.some((measure) => measure.startsWith(total) && days[measure]))
      .map((total) => ({
        measure: total,
        split: splitOf(periods, { total: sums(total), day: sums(`${total}_day`), night: sums(`${total}_night`) }),
      }));
    return { periods, directions, isYear, shown: `${meter.ean} ${isYear ? months[0] : ""} ${this._month}` };
  }

  draw({ periods, directions, isYear, shown }, width) {
    this.dataset.shown = shown;
    if (!directions.length) return [message(this.text("nothing"))];
    return [
      this._figures(directions),
      this._chart(periods, directions, isYear, width),
      this._legend(periods, directions),
    ];
  }

  _figures(directions) {
    const list = [];
    for (const { measure, split } of directions) {
      const sum = (part) => split.reduce((total, one) => total + (one[part] ?? 0), 0);
      const total = sum("total");
      const share = (part) => ({
        key: `${measure}_${part}`,
        name: this.text(part),
        text: this.format.amount(sum(part), "kWh"),
        more: this.format.percent(sum(part) / total),
      });
      list.push({ key: measure, name: this.shared(measure), text: this.format.amount(total, "kWh") });
      if (measure === "offtake" && total > 0 && sum("day") + sum("night") > 0) list.push(share("day"), share("night"));
    }
    return figures(list);
  }

  _chart(periods, directions, isYear, width) {
    const highest = (index) => Math.max(0, ...(directions[index]?.split.map(({ total }) => total ?? 0) ?? []));
    const ticks = ticksAround(highest(0), highest(1));
    const area = { left: 40, right: width, top: 18, bottom: HEIGHT - 22 };
    const y = scale([ticks[0], ticks[ticks.length - 1]], [area.bottom, area.top]);
    const decimals = decimalsOf(ticks);
    const room = (area.right - area.left) / periods.length;
    return canvas(
      width,
      HEIGHT,
      this._spoken(directions),
      svg("defs", {}, missingPattern()),
      valueAxis(ticks, y, area, (tick) => this.format.number(Math.abs(tick), decimals)),
      svg("text", { x: 0, y: 8 }, "kWh"),
      periods.map((period, index) =>
        this._period(period, directions, index, { x: area.left + index * room, room, y, area, isYear }),
      ),
    );
  }

  _period(period, directions, index, { x, room, y, area, isYear }) {
    const bar = { left: x + room * 0.12, width: room * 0.76 };
    const parts = directions.map(({ measure, split }, direction) =>
      this._bar(measure, split[index], direction ? -1 : 1, bar, y),
    );
    const isMissing = directions[0].split[index].total === null;
    const gap = { x: bar.left, y: area.top, width: bar.width, height: y(0) - area.top, style: "fill:url(#missing)" };
    const name = this._told(period, directions, index, isYear);
    const group = svg(
      "g",
      { class: "period", "data-period": period, "data-missing": String(isMissing) },
      svg("rect", { x, y: area.top, width: room, height: area.bottom - area.top, style: "fill:transparent" }),
      isMissing && this._isExpected(period) ? svg("rect", gap) : null,
      parts,
      svg("title", {}, name),
    );
    const label = svg(
      "text",
      { x: x + room / 2, y: area.bottom + 16, "text-anchor": "middle" },
      this._label(period, index, room, isYear),
    );
    const press = isYear ? () => this._goTo("month", period) : () => selection.chooseDay(period);
    return svg("g", {}, isMissing ? group : pressable(group, period, name, press), label);
  }

  /** Tell whether there should be readings of a day or a month by now. */
  _isExpected(period) {
    const { newest, _oldest: oldest } = this;
    return period <= newest && (oldest === null || period >= oldest.slice(0, period.length));
  }

  _label(period, index, room, isYear) {
    if (isYear) {
      const month = this.format.shortMonth(period);
      return room < 34 ? month.slice(0, 1).toUpperCase() : month;
    }
    const every = room < 10 ? 5 : room < 18 ? 3 : 1;
    return index % every === 0 ? String(Number(period.slice(8))) : "";
  }

  _bar(measure, split, sign, { left, width }, y) {
    if (split.total === null) return [];
    const bars = [];
    let from = 0;
    const parts = ["day", "night", "rest"].filter((part) => split[part] > 0);
    for (const part of parts) {
      const to = from + sign * split[part];
      const color = COLORS[measure][part] ?? COLORS[measure].rest;
      const d = barPath(left, width, y(from), y(to), part === parts[parts.length - 1]);
      bars.push(svg("path", { d, style: `fill:${color}`, class: "bar", "data-part": part, "data-measure": measure }));
      from = to;
    }
    return bars;
  }

  _told(period, directions, index, isYear) {
    const name = isYear ? this.format.month(period) : this.format.day(period);
    const told = directions.map(({ measure, split }) => {
      const { total, day, night } = split[index];
      if (total === null) return `${this.shared(measure)}: ${this.format.inSentence(this.shared("missing"))}`;
      const amount = (value) => this.format.amount(value, "kWh");
      const parts = day || night ? ` (${this.text("day")} ${amount(day)}, ${this.text("night")} ${amount(night)})` : "";
      return `${this.shared(measure)}: ${amount(total)}${parts}`;
    });
    return [name, ...told].join("\n");
  }

  _spoken(directions) {
    const told = directions.map(({ measure, split }) => {
      const total = split.reduce((sum, one) => sum + (one.total ?? 0), 0);
      return `${this.shared(measure)} ${this.format.amount(total, "kWh")}`;
    });
    return `${this.text("title")}: ${told.join(", ")}`;
  }

  _legend(periods, directions) {
    const entries = directions.flatMap(({ measure, split }) => {
      const has = (part) => split.some((one) => (one[part] ?? 0) > 0);
      const parts = ["day", "night"].filter(has);
      const name = this.shared(measure);
      const ofParts = parts.map((part) => ({
        text: `${name}, ${this.format.inSentence(this.text(part))}`,
        color: COLORS[measure][part],
      }));
      return has("rest") || !parts.length ? [...ofParts, { text: name, color: COLORS[measure].rest }] : ofParts;
    });
    if (periods.some((period, index) => directions[0].split[index].total === null && this._isExpected(period))) {
      entries.push({ text: this.shared("missing"), kind: "missing" });
    }
    return legend(entries);
  }
}

/** Return the sums by day of measures: all that is kept of the hours of a year. */
function byDay(hours, firstHour) {
  return Object.fromEntries(Object.entries(hours).map(([measure, values]) => [measure, sumsByDay(values, firstHour)]));
}
