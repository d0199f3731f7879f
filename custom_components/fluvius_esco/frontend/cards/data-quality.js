/** How good the data are: how far they reach, what is missing, estimated or provisional. */

import { BoardCard } from "../card.js";
import { canvas, missingPattern, stripes } from "../chart.js";
import { html, svg } from "../dom.js";
import { legend, pager, pressable } from "../parts.js";
import { calendarOf, isDayEnd, missingOf, placeOf } from "../quality.js";
import { selection } from "../selection.js";
import { addMonths, dayOf, monthOf, weekOf } from "../time.js";

const ENTITIES = [
  "data_until",
  "missing_days",
  "estimated_share",
  "gas_provisional_since",
  "import_progress",
  "mandate_status",
  "renewal_status",
];
const CELL = 26;

export class DataQuality extends BoardCard {
  static card = "data_quality";

  static style = `
    table { width: 100%; border-collapse: collapse; font-size: 14px; }
    th { text-align: left; font-weight: 400; color: var(--secondary-text-color); padding: 5px 12px 5px 0; }
    td { text-align: right; padding: 5px 0; color: var(--primary-text-color); }
    tr + tr :is(th, td) { border-top: 1px solid var(--divider-color, #e0e0e0); }
    td button { border: none; height: auto; padding: 2px 6px; margin-right: -6px; text-align: right; }
    .calendar-head { display: flex; justify-content: space-between; align-items: center; margin: 8px 0 4px; }
    .calendar-head b { font-size: 14px; font-weight: var(--ha-font-weight-medium, 500); }
    svg text.on { fill: var(--primary-text-color); }
  `;

  constructor() {
    super();
    this._pager = pager((step) => {
      this._month = addMonths(this._month, step);
      this.refresh();
    });
    this._head = html("div", { class: "calendar-head" }, html("b"), this._pager.element);
  }

  inputs(state) {
    return [state("data_period_from"), ...ENTITIES.map(state)];
  }

  showControls() {
    if (this._followed !== this.day) {
      this._followed = this.day;
      this._month = monthOf(this.day);
    }
    this._head.firstChild.textContent = this.text("calendar");
    this._pager.show({
      text: this.format.month(this._month),
      names: [this.text("previous_month"), this.text("next_month")],
      canGoBack: this._from === null || this._month > monthOf(dayOf(this._from, this.meter.firstHour)),
      canGoOn: this._month < monthOf(this.newest),
    });
  }

  get _from() {
    const from = Date.parse(this.state("data_period_from")?.state);
    return Number.isNaN(from) ? null : from;
  }

  draw(_, width) {
    this.dataset.shown = `${this.meter.ean} ${this._month}`;
    const missing = missingOf(this.state("missing_days"));
    const days = calendarOf(this._month, {
      from: this._from,
      until: this.until,
      firstHour: this.meter.firstHour,
      missing,
    });
    return [this._table(), this._head, this._calendar(days, missing, width), this._legend(days)];
  }

  _table() {
    const rows = ENTITIES.filter((key) => this._isTold(key)).map((key) =>
      html(
        "tr",
        { "data-row": key },
        html("th", { scope: "row" }, this.text(key)),
        html("td", {}, this._more(key)),
      ),
    );
    return html("table", {}, html("tbody", {}, rows));
  }

  _more(key) {
    const onclick = () => this._showMore(key);
    return html("button", { type: "button", "data-focus": key, onclick }, this._value(key));
  }

  _isTold(key) {
    const state = this.state(key)?.state;
    return state !== undefined && state !== "unknown" && state !== "unavailable";
  }

  _value(key) {
    const state = this.state(key);
    if (key === "data_until") {
      const day = this.format.day(this.newest);
      return isDayEnd(this.until, this.meter.firstHour) ? day : `${day}, ${this.format.time(this.until)}`;
    }
    if (key === "gas_provisional_since") return this._moment(state.state);
    return this.hass.formatEntityState(state);
  }

  _moment(text) {
    const instant = Date.parse(text);
    return Number.isNaN(instant) ? text : this.format.day(dayOf(instant, this.meter.firstHour));
  }

  _showMore(key) {
    const detail = { entityId: this.meter.entities[key] };
    this.dispatchEvent(new CustomEvent("hass-more-info", { detail, bubbles: true, composed: true }));
  }

  _calendar(days, missing, width) {
    const room = Math.min(width / 7, 64);
    const left = (width - 7 * room) / 2;
    const rows = placeOf(days[days.length - 1].date).row + 1;
    const names = weekOf(days[0].date).map((date) => this.format.weekday(date));
    const shown = new Map(missing.days.map((day) => [day.date, day]));
    return canvas(
      width,
      18 + rows * CELL,
      `${this.text("calendar")}, ${this.format.month(this._month)}`,
      svg("defs", {}, missingPattern(), stripes("incomplete", "var(--doubtful)", 0.55)),
      ...names.map((name, column) =>
        svg("text", { x: left + (column + 0.5) * room, y: 10, "text-anchor": "middle" }, name),
      ),
      ...days.map((day) => this._day(day, left, room, shown.get(day.date))),
    );
  }

  _day({ date, kind }, left, room, incomplete) {
    const { row, column } = placeOf(date);
    const [x, y] = [left + column * room, 18 + row * CELL];
    const fill = {
      complete: "color-mix(in oklab, var(--good) 32%, transparent)",
      incomplete: "url(#incomplete)",
      unknown: "url(#missing)",
      none: "none",
    }[kind];
    const times = incomplete?.missing?.length ? ` (${incomplete.missing.join(", ")})` : "";
    const name = `${this.format.day(date)}: ${this.format.inSentence(this.text(kind))}${times}`;
    const stroke = date === this.day ? ";stroke:var(--primary-text-color);stroke-width:1.5" : "";
    const cell = svg(
      "g",
      { class: "day", "data-date": date, "data-kind": kind },
      svg("rect", { x: x + 1.5, y: y + 1.5, width: room - 3, height: CELL - 3, rx: 4, style: `fill:${fill}${stroke}` }),
      svg(
        "text",
        { x: x + room / 2, y: y + CELL / 2, dy: "0.35em", "text-anchor": "middle", class: kind === "none" ? "" : "on" },
        String(Number(date.slice(8))),
      ),
      svg("title", {}, name),
    );
    return kind === "none" ? cell : pressable(cell, date, name, () => selection.chooseDay(date));
  }

  _legend(days) {
    const entries = [
      { kind: "complete", entry: { color: "color-mix(in oklab, var(--good) 32%, transparent)" } },
      { kind: "incomplete", entry: { color: "var(--doubtful)", kind: "incomplete" } },
      { kind: "unknown", entry: { kind: "missing" } },
    ];
    return legend(
      entries
        .filter(({ kind }) => days.some((day) => day.kind === kind))
        .map(({ kind, entry }) => ({ ...entry, text: this.text(kind) })),
    );
  }
}
