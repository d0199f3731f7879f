/** What all cards share: which meter they are of, when they ask anew, what they say if that fails. */

import { reasonOf } from "./answers.js";
import { html, replaceParts } from "./dom.js";
import { Format } from "./format.js";
import { dataUntil, metersOf, newestDay, stateOf } from "./meters.js";
import { message } from "./parts.js";
import { selection } from "./selection.js";
import { STYLE } from "./style.js";
import { fill, languageOf, loadWords, loadedWords, pauseAfterFailure } from "./words.js";

/**
 * A card of one meter: the one of its `device_id`, or else the one that is chosen on the board.
 *
 * A card gives its `card` (which its texts are found by) and: `controls`, made once; `inputs`, the
 * states that it shows; `news`, those that tell of changed readings; `load`, what it has to ask for, given what tells whether that is still
 * wanted; and `draw`, which returns what to show of it. `showControls` brings the controls up to date.
 */
export class BoardCard extends HTMLElement {
  /** The entities that tell that readings have changed: what was asked before is asked anew then. */
  static news = [];

  /** Home Assistant takes a card that hides out of the page, unless it says this. */
  connectedWhileHidden = true;
  _config = {};
  _asked = 0;
  _onSelection = () => this._update();

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this._title = html("h2");
    this._body = html("div", { class: "body" });
    this._header = html("header", {}, this._title);
    this._observer = new ResizeObserver(([{ contentRect }]) => this._resized(Math.floor(contentRect.width)));
  }

  setConfig(config) {
    if (config.device_id !== undefined && typeof config.device_id !== "string") {
      throw new Error("device_id must be the id of a meter's device");
    }
    this._config = config;
    this._update();
  }

  set hass(hass) {
    this._hass = hass;
    this._update();
  }

  get hass() {
    return this._hass;
  }

  getCardSize() {
    return 6;
  }

  getGridOptions() {
    return { columns: 12, rows: "auto", min_columns: 6 };
  }

  static getStubConfig() {
    return {};
  }

  connectedCallback() {
    if (!this.shadowRoot.firstChild) {
      const controls = this.controls();
      if (controls.length) this._header.append(html("div", { class: "controls" }, controls));
      this.shadowRoot.append(html("style", {}, STYLE, this.constructor.style ?? ""));
      this.shadowRoot.append(html("ha-card", {}, this._header, this._body));
    }
    selection.addEventListener("change", this._onSelection);
    this._observer.observe(this._body);
    this._update();
  }

  disconnectedCallback() {
    selection.removeEventListener("change", this._onSelection);
    this._observer.disconnect();
  }

  controls() {
    return [];
  }

  inputs(state) {
    return this.constructor.news.map(state);
  }

  async load() {
    return null;
  }

  showControls() {}

  /** Tell whether the card has anything to show of such a meter; on the board, one without hides. */
  hasAnythingToShow() {
    return true;
  }

  /** What stands at the head of the card. */
  set heading(text) {
    this._title.textContent = text;
  }

  get heading() {
    return this._title.textContent;
  }

  /** The meter that is shown. */
  get meter() {
    return this._meter;
  }

  /** Return the newest day that has readings. */
  get newest() {
    return newestDay(this._hass, this._meter);
  }

  /** Return the day that is chosen on the board, the newest if none is or it is yet to come. */
  get day() {
    const { newest } = this;
    return selection.day === null || selection.day > newest ? newest : selection.day;
  }

  /** Return the instant that the readings reach, or null. */
  get until() {
    return dataUntil(this._hass, this._meter);
  }

  /** Return the state of one of the meter's entities. */
  state(key) {
    return stateOf(this._hass, this._meter, key);
  }

  /** Return which readings an answer is of: another value once anything of them has changed. */
  get edition() {
    return this.constructor.news.map((key) => this.state(key)?.last_updated);
  }

  /** The user's formats. */
  get format() {
    return this._format;
  }

  /** Return a text of this card. */
  text(key, values) {
    return fill(this._words[this.constructor.card][key], values);
  }

  /** Return a text that cards share. */
  shared(key, values) {
    return fill(this._words.shared[key], values);
  }

  /** Ask anew and draw, because something was chosen on the card itself. */
  refresh() {
    this._seen = undefined;
    this._update();
  }

  _update() {
    const hass = this._hass;
    if (!hass || !this.isConnected) return;
    const words = loadedWords(hass.locale?.language);
    if (!words) {
      this._waitForWords(languageOf(hass.locale?.language));
      return;
    }
    const meters = metersOf(hass);
    const meter = this._config.device_id
      ? meters.find(({ id }) => id === this._config.device_id)
      : selection.meterAmong(meters);
    const inputs = meter ? this.inputs((key) => stateOf(hass, meter, key)) : [];
    const seen = [words, hass.locale, meter, meters, selection.day, ...inputs];
    if (this._seen?.length === seen.length && seen.every((one, index) => one === this._seen[index])) return;
    if (this._seen?.[1] !== hass.locale || !this._format) this._format = new Format(hass.locale);
    this._seen = seen;
    this._words = words;
    this._meter = meter;
    this._refresh();
  }

  /** Update the card once its texts are loaded, however often that has to be tried. */
  async _waitForWords(language) {
    if (this._awaited === language) return;
    this._awaited = language;
    try {
      await loadWords(language);
    } catch (error) {
      if (this._awaited !== language) return;
      this._seen = undefined;
      await this._fail(error);
      await pauseAfterFailure(language);
    }
    if (this._awaited !== language) return;
    this._awaited = undefined;
    this._update();
  }

  async _refresh() {
    const asked = ++this._asked;
    this.heading = this.text("title");
    this._header.classList.toggle("without-meter", !this._meter);
    if (!this._meter) {
      this._show(() => [message(this.shared(this._config.device_id ? "other_meter" : "no_meter"))]);
      return;
    }
    this._body.setAttribute("busy", "");
    try {
      this.showControls();
      const data = await this.load(() => asked === this._asked);
      if (asked !== this._asked) return;
      this._hide(!this._config.device_id && !this.hasAnythingToShow(data));
      this._show((width) => this.draw(data, width));
    } catch (error) {
      if (asked === this._asked) await this._fail(error);
    }
  }

  /** Leave its place to others: Home Assistant looks at a card's `hidden` when it is told to. */
  _hide(isHidden) {
    if (this.hidden === isHidden) return;
    this.hidden = isHidden;
    const detail = { value: !isHidden };
    this.dispatchEvent(new CustomEvent("card-visibility-changed", { detail, bubbles: true, composed: true }));
  }

  async _fail(error) {
    const asked = this._asked;
    const reason = await reasonOf(this._hass, error);
    if (asked === this._asked) this._show(() => [message(reason, "error")]);
  }

  _show(draw) {
    this._draw = draw;
    this._body.removeAttribute("busy");
    this._drawNow();
  }

  _resized(width) {
    if (width === this._width) return;
    this._width = width;
    this._drawNow();
  }

  _drawNow() {
    if (!this._draw || !this._width) return;
    const focused = this.shadowRoot.activeElement?.dataset.focus;
    replaceParts(this._body, [this._draw(this._width)].flat(Infinity).filter((part) => part !== null));
    if (focused === undefined || this.shadowRoot.activeElement) return;
    const again = this._body.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    again?.focus({ preventScroll: true });
  }
}
