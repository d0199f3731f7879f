/** The heat map of seven days: the amount of every hour, a row per day. */

import { Answers, askHours } from "../answers.js";
import { BoardCard } from "../card.js";
import { canvas, missingPattern } from "../chart.js";
import { html, svg } from "../dom.js";
import { heatMapOf, wholeDayOf } from "../hours.js";
import { NEWS } from "../meters.js";
import { choice, figures, legend, message, pager, pressable } from "../parts.js";
import { missingOf } from "../quality.js";
import { selection } from "../selection.js";
import { HOUR, addDays, dayOf, dayStart, lastOfWeek, localTime } from "../time.js";

const COLOR = { offtake: "var(--offtake)", injection: "var(--injection)", gas_energy: "var(--gas)" };
// A day without a clock change.
const ANY_DATE = "2026-01-01";
const answers = new Answers();

export class WeekHeatMap extends BoardCard {
  static card = "week_heat_map";

  // The history, which is read from the newest month to the oldest, is no news.
  static news = [...NEWS, "import_progress"];

  static style = `
    .heat { stroke: var(--ha-card-background, var(--card-background-color, #fff)); stroke-width: 1.5; }
    .chosen { fill: none; pointer-events: none; stroke: var(--primary-text-color); stroke-width: 1.5; }
    svg text.chosen-day { fill: var(--primary-text-color); font-weight: 600; stroke: none; }
  `;

  controls() {
    this._choice = choice((measure) => {
      this._measure = measure;
      this.refresh();
    });
    this._pager = pager((step) => {
      this._last = addDays(this._last, 7 * step);
      this.refresh();
    });
    return [this._choice.element, this._pager.element];
  }

  inputs(state) {
    return [...super.inputs(state), state("data_period_from"), state("last_day_injection")];
  }

  showControls() {
    if (this._followed !== this.day) {
      this._followed = this.day;
      this._last = lastOfWeek(this.day, this.newest);
    }
    const from = Date.parse(this.state("data_period_from")?.state);
    const first = addDays(this._last, -6);
    const measures = this._measures();
    if (!measures.includes(this._measure)) this._measure = measures[0];
    this._choice.element.style.display = measures.length > 1 ? "" : "none";
    this._choice.show({
      name: this.text("direction"),
      options: measures.map((value) => ({ value, text: this.shared(value) })),
      chosen: this._measure,
    });
    this._pager.show({
      text: `${this.format.dayAndMonth(first)} – ${this.format.dayAndMonth(this._last)}`,
      names: [this.text("previous_week"), this.text("next_week")],
      canGoBack: Number.isNaN(from) || first > dayOf(from, this.meter.firstHour),
      canGoOn: this._last < this.newest,
    });
  }

  _measures() {
    if (this.meter.isGas) return ["gas_energy"];
    return "last_day_injection" in this.meter.entities ? ["offtake", "injection"] : ["offtake"];
  }

  async load() {
    const { hass, meter, _measure: measure } = this;
    const { firstHour } = meter;
    const dates = Array.from({ length: 7 }, (_, index) => addDays(this._last, index - 6));
    const [start, end] = [dayStart(dates[0], firstHour), dayStart(addDays(this._last, 1), firstHour)];
    const hours = await answers.get([meter.ean, measure, start, ...this.edition], () =>
      askHours(hass, meter, [measure], start, end),
    );
    return { measure, rows: heatMapOf(dates, firstHour, hours[measure]).map((row) => this._withWhole(row, measure)) };
  }

  /** Add to a day its amount as a whole where its hours are not known. */
  _withWhole({ date, cells }, measure) {
    const isOver = this.until === null || dayStart(addDays(date, 1), this.meter.firstHour) <= this.until;
    const { days } = missingOf(this.state("missing_days"));
    const listed = days.find((day) => day.date === date && day.series === measure);
    return { date, cells, whole: isOver ? wholeDayOf(cells, listed) : null };
  }

  hasAnythingToShow({ rows }) {
    return rows.every(({ whole }) => whole === null) || knownOf(rows).length > 0;
  }

  draw({ measure, rows }, width) {
    this.dataset.shown = `${this.meter.ean} ${measure} ${rows[0].date}`;
    const known = knownOf(rows);
    if (!known.length) {
      return [message(this.text(rows.some(({ whole }) => whole !== null) ? "only_days" : "nothing"))];
    }
    const highest = known.reduce((most, hour) => (hour.amount > most.amount ? hour : most));
    const ofHours = known.reduce((total, { amount }) => total + amount, 0);
    const sum = rows.reduce((total, { whole }) => total + (whole ?? 0), ofHours);
    return [
      figures([
        { key: measure, name: this.shared(measure), text: this.format.amount(sum, "kWh") },
        {
          key: "highest",
          name: this.text("highest"),
          text: this.format.amount(highest.amount, "kWh"),
          more: `${this.format.weekday(localTime(highest.start).date)} ${this._hour(highest.start)}`,
        },
      ]),
      this._chart(measure, rows, highest.amount, width),
      this._legend(measure, rows, highest.amount),
    ];
  }

  _hour(start) {
    return `${this.format.time(start)}–${this.format.time(start + HOUR)}`;
  }

  _chart(measure, rows, highest, width) {
    const isNarrow = width < 500;
    const area = { left: isNarrow ? 44 : 84, top: 18, height: isNarrow ? 30 : 38 };
    const room = (width - area.left) / 24;
    const every = room < 20 ? 6 : 3;
    const columns = Array.from({ length: 24 / every }, (_, index) => index * every);
    const hourOf = (column) => this.format.hour(dayStart(ANY_DATE, this.meter.firstHour) + column * HOUR);
    return canvas(
      width,
      area.top + 7 * area.height,
      `${this.text("title")}, ${this.shared(measure)}`,
      svg("defs", {}, missingPattern()),
      columns.map((column) => svg("text", { x: area.left + column * room + 1, y: 10 }, hourOf(column))),
      rows.map((row, index) => {
        const top = area.top + index * area.height;
        return this._row(row, { ...area, top, room, highest, color: COLOR[measure] });
      }),
      this._frame(rows, area, width),
    );
  }

  /** Draw the frame around the chosen day, behind which no row comes. */
  _frame(rows, { left, top, height }, width) {
    const index = rows.findIndex(({ date }) => date === this.day);
    if (index < 0) return null;
    const place = { x: left, y: top + index * height, width: width - left, height, rx: 3 };
    return svg("rect", { ...place, class: "chosen" });
  }

  _row({ date, cells, whole }, place) {
    const isChosen = date === this.day;
    const label = svg(
      "text",
      { x: 0, y: place.top + place.height / 2, dy: "0.35em", class: isChosen ? "chosen-day" : "" },
      place.left < 60 ? `${this.format.weekday(date)} ${Number(date.slice(8))}` : this.format.shortDay(date),
    );
    const hours = whole === null ? cells : cells.map((cell) => cell.map(({ start }) => ({ start, amount: null })));
    const drawn = hours.map((cell, column) => this._cell(cell, place.left + column * place.room, place));
    const row = svg("g", { class: "day", "data-date": date }, label, drawn, this._whole(whole, place));
    const isKnown = cells.flat().some(({ amount }) => amount !== null);
    return isKnown ? pressable(row, date, this._told(date, cells), () => selection.chooseDay(date)) : row;
  }

  /** Say the amount of a day that is known as a whole only. */
  _whole(whole, { left, top, room, height }) {
    if (whole === null) return null;
    const place = { x: left + 12 * room, y: top + height / 2, dy: "0.35em", "text-anchor": "middle" };
    const amount = this.format.amount(whole, "kWh");
    return svg("text", { ...place, class: "mark-text", "data-whole": whole }, this.text("whole", { amount }));
  }

  _told(date, cells) {
    const sum = cells.flat().reduce((total, { amount }) => total + (amount ?? 0), 0);
    return `${this.format.day(date)}: ${this.format.amount(sum, "kWh")}`;
  }

  /** Draw the hours that bear one time of the clock beside each other. */
  _cell(hours, x, { top, room, height, highest, color }) {
    const width = room / hours.length;
    return hours.map(({ start, amount }, index) => {
      const isYetToCome = amount === null && this.until !== null && start >= this.until;
      const fill = isYetToCome ? "none" : amount === null ? "url(#missing)" : heatOf(amount / highest, color);
      const place = { x: x + index * width, y: top, width, height, rx: 3 };
      return svg(
        "rect",
        { ...place, class: "heat", style: `fill:${fill}`, "data-amount": amount },
        isYetToCome ? null : svg("title", {}, this._toldOfHour(start, amount)),
      );
    });
  }

  _toldOfHour(start, amount) {
    const told = amount === null ? this.format.inSentence(this.shared("missing")) : this.format.amount(amount, "kWh");
    return `${this.format.shortDay(localTime(start).date)} ${this._hour(start)}: ${told}`;
  }

  _legend(measure, rows, highest) {
    const colors = [0, 0.25, 0.5, 0.75, 1].map((share) => heatOf(share, COLOR[measure]));
    const ramp = `background:linear-gradient(to right, ${colors.join()})`;
    const isPast = (start) => this.until === null || start < this.until;
    const hours = rows.flatMap(({ cells }) => cells.flat());
    const isAnyMissing = hours.some(({ start, amount }) => amount === null && isPast(start));
    const element = legend(isAnyMissing ? [{ text: this.shared("missing"), kind: "missing" }] : []);
    element.prepend(
      html("li", {}, "0", html("span", { class: "ramp", style: ramp }), this.format.amount(highest, "kWh")),
    );
    return element;
  }
}

/** Return the colour of an hour: from hardly any to full, on a light and on a dark card. */
function heatOf(share, color) {
  const strength = Math.round(12 + 88 * Math.sqrt(share));
  return `color-mix(in oklab, ${color} ${strength}%, var(--ha-card-background, var(--card-background-color, #fff)))`;
}

/** Return the hours whose amount is known. */
function knownOf(rows) {
  return rows
    .filter(({ whole }) => whole === null)
    .flatMap(({ cells }) => cells.flat())
    .filter(({ amount }) => amount !== null);
}
