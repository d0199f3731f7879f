/** The choice of the meter that the other cards of the board show. */

import { BoardCard } from "../card.js";
import { html } from "../dom.js";
import { metersOf } from "../meters.js";
import { choice } from "../parts.js";
import { selection } from "../selection.js";

// More of them are looked up by a part of their name or EAN.
const AT_MOST_AS_BUTTONS = 6;

export class MeterPicker extends BoardCard {
  static card = "meter_picker";

  static style = `
    ha-card { padding: 12px 16px; }
    header { margin-bottom: 0; }
    h2 { flex: 0 1 auto; }
    .ean { flex: 1 1 auto; }
    .body:not(:empty) { margin-top: 4px; }
    input[list] { width: min(42ch, 80cqw); }
    .ean { color: var(--secondary-text-color); font-size: 12px; font-variant-numeric: tabular-nums; }
  `;

  getCardSize() {
    return 1;
  }

  getGridOptions() {
    return { columns: "full", rows: "auto" };
  }

  controls() {
    this._choice = choice((id) => selection.chooseMeter(id));
    this._list = html("datalist", { id: "meters" });
    this._input = html("input", {
      type: "search",
      list: "meters",
      onfocus: ({ target }) => target.select(),
      onchange: ({ target }) => this._choose(target.value),
    });
    this._ean = html("span", { class: "ean" });
    this._title.after(this._ean);
    return [this._choice.element, this._input, this._list];
  }

  showControls() {
    this.heading = this.meter.name;
    const meters = metersOf(this.hass);
    const areFew = meters.length <= AT_MOST_AS_BUTTONS;
    this._choice.element.hidden = !areFew || meters.length < 2;
    this._choice.element.style.display = this._choice.element.hidden ? "none" : "";
    this._input.hidden = this._list.hidden = areFew;
    this._ean.textContent = `EAN ${this.meter.ean}`;
    if (areFew) {
      const options = meters.map(({ id, name }) => ({ value: id, text: name }));
      this._choice.show({ name: this.text("choose"), options, chosen: this.meter.id });
      return;
    }
    this._input.setAttribute("aria-label", this.text("choose"));
    this._input.placeholder = this.text("search");
    // What somebody is typing stays.
    if (this.shadowRoot.activeElement !== this._input) this._input.value = labelOf(this.meter);
    if (this._listed !== meters) {
      this._listed = meters;
      this._list.replaceChildren(...meters.map((meter) => html("option", { value: labelOf(meter) })));
    }
  }

  draw() {
    this.dataset.shown = this.meter.ean;
    return [];
  }

  _choose(text) {
    const sought = text.trim().toLowerCase();
    const meters = metersOf(this.hass);
    const found =
      meters.find((meter) => labelOf(meter).toLowerCase() === sought) ??
      meters.find((meter) => sought && labelOf(meter).toLowerCase().includes(sought));
    this._input.value = labelOf(found ?? this.meter);
    if (found) selection.chooseMeter(found.id);
  }
}

function labelOf({ name, ean }) {
  return `${name} · ${ean}`;
}
