/** The load curve of a day: mean power by the quarter-hour (gas: by the hour). */

import { Answers, askHours, askReadings } from "../answers.js";
import { BoardCard } from "../card.js";
import { canvas, decimalsOf, markedValue, missingPattern, scale, stripes, ticksAround, valueAxis } from "../chart.js";
import { curveOf, doubtOf, finenessOf, stretchesOf } from "../curve.js";
import { html, svg } from "../dom.js";
import { heatMapOf, wholeDayOf } from "../hours.js";
import { NEWS } from "../meters.js";
import { dayPicker, figures, legend, message, pager, withTooltip } from "../parts.js";
import { FLOOR } from "../peaks.js";
import { isBeyondList, missingOf } from "../quality.js";
import { selection } from "../selection.js";
import { addDays, dayOf, dayStart, localTime, oldestReadable } from "../time.js";

const COLOR = { offtake: "var(--offtake)", injection: "var(--injection)", gas_energy: "var(--gas)" };
// Every day that is asked for is a request to Fluvius: those that are only paged past are not.
const PAUSE = 250;
// Readings have three decimals.
const SAME = 0.0005;
// A meter has them once it has slices.
const SLICE_SENSORS = ["newest_offtake_power", "newest_injection_power", "newest_gas_energy_power"];
// What the action says of a day that no mandate gives, or not any more.
const OUT_OF_REACH = new Set(["outside_mandates", "start_too_old"]);
const answers = new Answers();

export class LoadCurve extends BoardCard {
  static card = "load_curve";

  // Readings that are validated, and kWh that are final, may be the same amounts as before.
  static news = [...NEWS, "estimated_share", "gas_provisional_since"];

  getCardSize() {
    return 8;
  }

  controls() {
    this._picker = dayPicker((date) => selection.chooseDay(date));
    this._pager = pager((step) => this._goTo(addDays(this.day, step)), this._picker.element);
    return [this._pager.element];
  }

  inputs(state) {
    return [...super.inputs(state), state("data_period_from")];
  }

  showControls() {
    const { day, newest } = this;
    if (this.meter.isGas) this.heading = this.text("title_gas");
    const oldest = this._oldest;
    const text = this.format.day(day);
    this._picker.show({ text, name: `${this.text("day")}: ${text}`, day, oldest, newest });
    this._pager.show({
      names: [this.text("previous_day"), this.text("next_day")],
      canGoBack: day > oldest,
      canGoOn: day < newest,
    });
  }

  get _oldest() {
    const from = Date.parse(this.state("data_period_from")?.state);
    const days = [oldestReadable(), Number.isNaN(from) ? "" : dayOf(from, this.meter.firstHour)];
    return days.sort()[1];
  }

  /** Go to a day, or from one that is out of reach to the nearest that is not. */
  _goTo(day) {
    const { newest, _oldest: oldest } = this;
    selection.chooseDay(day < oldest ? oldest : day > newest ? newest : day);
  }

  async load(isWanted) {
    const outOfReach = { curve: curveOf(this.day, this.meter, []), isOutOfReach: true };
    if (this.day < oldestReadable()) return outOfReach;
    try {
      return await this._ask(isWanted);
    } catch (error) {
      if (OUT_OF_REACH.has(error?.translation_key)) return outOfReach;
      throw error;
    }
  }

  async _ask(isWanted) {
    const { day, meter, hass } = this;
    const ask = (granularity) =>
      answers.get([meter.id, day, granularity, ...this.edition], () =>
        askReadings(hass, meter, day, granularity),
      );
    await new Promise((done) => setTimeout(done, PAUSE));
    if (!isWanted()) return null;
    const fine = finenessOf(meter).granularity;
    const readings = (await this._mayHaveSlices(day)) ? await ask(fine).then(readingsOf, noneIfOnlyDays) : [];
    const curve = curveOf(day, meter, readings);
    return { curve, whole: curve.missing || curve.isEmpty ? (await ask("day")).readings[0] : null };
  }

  /**
   * Tell whether Fluvius may have slices of a day, by what was imported of it.
   *
   * To ask in vain would be an error in Home Assistant's log.
   */
  async _mayHaveSlices(day) {
    const { hass, meter } = this;
    const missing = missingOf(this.state("missing_days"));
    if (missing.days.some(({ date }) => date === day) || isBeyondList(day, missing)) return true;
    const measure = meter.isGas ? "gas_energy" : "offtake";
    const [start, end] = [day, addDays(day, 1)].map((date) => dayStart(date, meter.firstHour));
    const hours = (await askHours(hass, meter, [measure], start, end))[measure];
    if (!hours) return SLICE_SENSORS.some((key) => key in meter.entities);
    return wholeDayOf(heatMapOf([day], meter.firstHour, hours)[0].cells) === null;
  }

  draw({ curve, whole, isOutOfReach }, width) {
    this.dataset.shown = `${this.meter.ean} ${curve.date}`;
    if (isOutOfReach) return [message(this.text(this.meter.isGas ? "out_of_reach_gas" : "out_of_reach"))];
    if (curve.isEmpty) return this._drawWhole(whole);
    return [this._figures(curve, whole), this._chart(curve, width), this._legend(curve), this._note()];
  }

  _drawWhole(whole) {
    const known = Object.entries(whole?.values ?? {}).filter(
      ([measure, value]) => measure in COLOR && value !== null,
    );
    if (!known.length) return [message(this.text("nothing"))];
    const list = known.map(([measure, value]) => ({
      key: measure,
      name: this.shared(measure),
      text: this.format.amount(value, "kWh"),
      more: this._doubt(doubtOf(whole, measure)),
    }));
    return [figures(list), message(this.text("only_day"))];
  }

  _figures({ series, length, missing, doubts }, whole) {
    const list = series.map(({ measure, sum }) => ({
      key: measure,
      name: this.shared(measure),
      text: sum === null ? "–" : this.format.amount(sum, "kWh"),
      more: this._ofWhole(sum, whole?.values[measure]),
    }));
    const { peak } = series[0];
    if (peak) {
      list.push({
        key: "peak",
        name: this.text(this.meter.isGas ? "highest_hour" : "peak"),
        text: this._power(peak.power),
        more: `${this.format.time(peak.start)}–${this.format.time(peak.start + length)}`,
      });
    }
    for (const { kind, count } of doubts) list.push({ key: kind, name: this.shared(kind), text: this._slices(count) });
    if (missing) list.push({ key: "missing", name: this.shared("missing"), text: this._slices(missing) });
    return figures(list);
  }

  /** Tell of which amount the known slices are a part. */
  _ofWhole(sum, whole) {
    if (!(whole - sum > SAME)) return null;
    return this.text("of_day", { amount: this.format.amount(whole, "kWh") });
  }

  _slices(count) {
    const unit = this.meter.isGas ? "hours" : "quarter_hours";
    return this.text(count === 1 ? `one_${unit}` : unit, { count: this.format.number(count, 0) });
  }

  _power(kilowatts) {
    return this.format.amount(kilowatts, this.meter.isGas ? "kWh" : "kW");
  }

  _chart(curve, width) {
    const { series, starts, end, length } = curve;
    const height = width < 500 ? 240 : 300;
    const highest = Math.max(series[0].peak?.power ?? 0, this.meter.isGas ? 0 : FLOOR);
    const lowest = series[1]?.peak?.power ?? 0;
    const ticks = ticksAround(highest, lowest);
    const area = { left: 36, right: width - 8, top: 18, bottom: height - 22 };
    const x = scale([starts[0], end], [area.left, area.right]);
    const y = scale([ticks[0], ticks[ticks.length - 1]], [area.bottom, area.top]);
    const decimals = decimalsOf(ticks);
    const chart = canvas(
      width,
      height,
      this._spoken(curve),
      svg("defs", {}, missingPattern(), series.map(({ measure }) => stripes(measure, COLOR[measure]))),
      valueAxis(ticks, y, area, (tick) => this.format.number(Math.abs(tick), decimals)),
      svg("text", { x: 0, y: 8 }, this.meter.isGas ? "kWh" : "kW"),
      this._hours(curve, x, area),
      series.map(({ slices }, index) => {
        const [top, bottom] = index ? [y(0), area.bottom] : [area.top, series.length > 1 ? y(0) : area.bottom];
        return gapsOf(slices, x, { top, bottom }, length);
      }),
      series.map((one, index) => this._series(one, index ? -1 : 1, x, y, length)).reverse(),
      svg("line", { x1: area.left, x2: area.right, y1: y(0), y2: y(0), class: "zero" }),
      this.meter.isGas ? null : markedValue(FLOOR, y, area, this.shared("floor_line"), "floor"),
      this._peak(series[0].peak, x, y, area, length),
    );
    return withTooltip(chart, {
      count: starts.length,
      center: (index) => x(starts[index] + length / 2),
      lines: (index) => this._lines(curve, index),
      top: area.top,
      bottom: area.bottom,
    });
  }

  _spoken({ date, series }) {
    const parts = series
      .filter(({ sum }) => sum !== null)
      .map(({ measure, sum }) => `${this.shared(measure)} ${this.format.amount(sum, "kWh")}`);
    return `${this.text("title")}, ${this.format.day(date)}: ${parts.join(", ")}`;
  }

  _hours({ starts }, x, { left, right, bottom }) {
    const every = right - left < 500 ? 6 : 3;
    return starts
      .filter((start) => {
        const { hour, minute } = localTime(start);
        return minute === 0 && hour % every === 0;
      })
      .map((start, index) => [
        svg("line", { x1: x(start), x2: x(start), y1: bottom, y2: bottom + 4, class: "zero" }),
        svg(
          "text",
          { x: x(start), y: bottom + 17, "text-anchor": index ? "middle" : "start" },
          this.format.hour(start),
        ),
      ]);
  }

  _series({ measure, slices }, sign, x, y, length) {
    return svg(
      "g",
      { class: "series", "data-measure": measure },
      stretchesOf(slices)
        .filter(({ kind }) => kind !== "missing")
        .map(({ kind, slices: known }) => {
          const line = stepsOf(known, sign, x, y, length);
          const filled = kind === "unsure" ? `url(#${measure})` : COLOR[measure];
          const opacity = kind === "unsure" ? 0.8 : 0.32;
          return [
            svg("path", {
              d: `${line}V${y(0)}H${x(known[0].start)}Z`,
              style: `fill:${filled};fill-opacity:${opacity}`,
              "data-slices": known.length,
            }),
            svg("path", { d: line, style: `fill:none;stroke:${COLOR[measure]};stroke-width:1.75` }),
          ];
        }),
    );
  }

  _peak(peak, x, y, { left, right }, length) {
    if (!peak || peak.power === 0) return [];
    const [at, top] = [x(peak.start + length / 2), y(peak.power)];
    const anchor = at < left + 30 ? "start" : at > right - 30 ? "end" : "middle";
    return [
      svg("circle", { cx: at, cy: top, r: 4, style: `fill:${COLOR[this.meter.isGas ? "gas_energy" : "offtake"]}` }),
      svg("text", { x: at, y: top - 8, class: "mark-text", "text-anchor": anchor }, this._power(peak.power)),
    ];
  }

  _lines({ starts, series, length }, index) {
    const start = starts[index];
    const told = series.map(({ measure, slices }) => {
      const { power, doubt } = slices[index];
      const value = power === null ? this.format.inSentence(this.shared("missing")) : this._power(power);
      return `${this.shared(measure)}: ${value}${doubt ? ` (${this._doubt(doubt)})` : ""}`;
    });
    return [`${this.format.time(start)}–${this.format.time(start + length)}`, ...told];
  }

  /** Return a reason why something is not sure, as it stands beside an amount. */
  _doubt(kind) {
    return kind && this.format.inSentence(this.shared(kind));
  }

  _legend({ series, missing, doubts }) {
    const entries = series.map(({ measure }) => ({ text: this.shared(measure), color: COLOR[measure] }));
    if (doubts.length) {
      const [first, ...others] = doubts.map(({ kind }) => kind);
      const text = [this.shared(first), ...others.map((kind) => this._doubt(kind))].join(", ");
      entries.push({ text, color: COLOR[series[0].measure], kind: "unsure" });
    }
    if (missing) entries.push({ text: this.shared("missing"), kind: "missing" });
    if (!this.meter.isGas) entries.push({ text: this.text("floor"), color: "var(--floor)", kind: "line" });
    return legend(entries);
  }

  _note() {
    return html("p", { class: "note" }, this.text(this.meter.isGas ? "note_gas" : "note"));
  }
}

function readingsOf(answer) {
  return answer.readings;
}

/** Return no readings where the mandate gives days only; raises every other error. */
function noneIfOnlyDays(error) {
  if (error?.translation_key === "only_days") return [];
  throw error;
}

/** Return the path along the tops of neighbouring slices. */
function stepsOf(slices, sign, x, y, length) {
  const steps = slices.map(({ start, power }) => `${y(sign * power)}H${x(start + length)}`);
  return `M${x(slices[0].start)},${steps.join("V")}`;
}

/** Return what is drawn where slices are missing, on their side of the zero line. */
function gapsOf(slices, x, { top, bottom }, length) {
  return stretchesOf(slices)
    .filter(({ kind }) => kind === "missing")
    .map(({ slices: missing }) => {
      const from = x(missing[0].start);
      const width = x(missing[missing.length - 1].start + length) - from;
      return svg("rect", { x: from, y: top, width, height: bottom - top, style: "fill:url(#missing)", class: "gap" });
    });
}
