/** The parts that the cards are put together from: pagers, choices, figures, legends, tooltips. */

import { missingPattern, stripes } from "./chart.js";
import { ICON, html, icon, svg } from "./dom.js";

/** Return a pager: a period between two buttons, which goes on existing so that it keeps the focus. */
export function pager(onStep, period = html("span", { class: "period", "aria-live": "polite" })) {
  const button = (path, step) => {
    const onclick = ({ currentTarget }) => currentTarget.getAttribute("aria-disabled") !== "true" && onStep(step);
    return html("button", { type: "button", onclick }, icon(path));
  };
  const previous = button(ICON.previous, -1);
  const next = button(ICON.next, 1);
  return {
    element: html("div", { class: "pager" }, previous, period, next),
    show({ text, names, canGoBack = true, canGoOn = true }) {
      if (text !== undefined) period.textContent = text;
      previous.setAttribute("aria-label", names[0]);
      next.setAttribute("aria-label", names[1]);
      // A button that is really disabled would lose the focus at the last page.
      previous.setAttribute("aria-disabled", String(!canGoBack));
      next.setAttribute("aria-disabled", String(!canGoOn));
    },
  };
}

/** Return a button with a day on it that opens the browser's calendar. */
export function dayPicker(onChoose) {
  const input = html("input", {
    type: "date",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => input.value && input.validity.valid && onChoose(input.value),
  });
  // The browser writes a date its own way; the button has it in the language of the page.
  const button = html("button", { type: "button", class: "day", onclick: () => input.showPicker() });
  return {
    element: html("div", { class: "day-picker" }, input, button),
    show({ text, name, day, oldest, newest }) {
      button.textContent = text;
      button.setAttribute("aria-label", name);
      Object.assign(input, { min: oldest, max: newest });
      // The calendar may be open.
      if (input.value !== day) input.value = day;
    },
  };
}

/** Return a row of buttons of which one is pressed. */
export function choice(onChoose) {
  const element = html("div", { class: "choice", role: "group" });
  const buttons = new Map();
  return {
    element,
    show({ name, options, chosen }) {
      element.setAttribute("aria-label", name);
      if ([...buttons.keys()].join() !== options.map(({ value }) => value).join()) {
        buttons.clear();
        for (const { value } of options) {
          buttons.set(value, html("button", { type: "button", onclick: () => onChoose(value) }));
        }
        element.replaceChildren(...buttons.values());
      }
      for (const { value, text } of options) {
        buttons.get(value).textContent = text;
        buttons.get(value).setAttribute("aria-pressed", String(value === chosen));
      }
    },
  };
}

/** Return a list of figures; `key` names each of them, `more` is what is said in small. */
export function figures(list) {
  return html(
    "dl",
    { class: "figures" },
    list.map(({ key, name, text, more }) =>
      html(
        "div",
        { class: "figure" },
        html("dt", {}, name),
        html("dd", { "data-figure": key }, text, more ? html("small", {}, more) : null),
      ),
    ),
  );
}

/** Return a legend: every entry has a text, and a colour that is full, striped or of what is missing. */
export function legend(entries) {
  return html(
    "ul",
    { class: "legend", "aria-hidden": "true" },
    entries.map((entry) => html("li", {}, swatch(entry), entry.text)),
  );
}

function swatch({ color, kind }) {
  if (kind === "line") {
    const line = { x1: 0, x2: 14, y1: 5, y2: 5, style: `stroke:${color};stroke-width:2;stroke-dasharray:4 2` };
    return svg("svg", { class: "swatch" }, svg("line", line));
  }
  if (kind === undefined) return svg("svg", { class: "swatch" }, rectangle(`fill:${color}`));
  const pattern = kind === "missing" ? missingPattern("swatch") : stripes("swatch", color);
  // An id holds in the whole card: each pattern needs its own.
  pattern.id = `swatch-${kind}-${color?.replace(/\W/g, "") ?? ""}`;
  return svg("svg", { class: "swatch" }, pattern, rectangle(`fill:url(#${pattern.id})`));
}

function rectangle(style) {
  return svg("rect", { width: 14, height: 10, style });
}

/** Return a paragraph instead of a chart. */
export function message(text, kind = "") {
  return html("p", { class: `message ${kind}`, role: kind === "error" ? "alert" : null }, text);
}

/**
 * Make an element of a chart something to press, by pointer and by keyboard.
 *
 * `key` tells it from the others of its card: it has the focus again where the chart is drawn anew.
 */
export function pressable(element, key, name, onPress) {
  element.dataset.focus = key;
  element.setAttribute("role", "button");
  element.setAttribute("tabindex", "0");
  element.setAttribute("aria-label", name);
  element.addEventListener("click", onPress);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onPress();
  });
  return element;
}

/**
 * Return a chart in a box that tells what the pointer is at; the arrow keys move through it as well.
 *
 * `count` places, of which `center` gives where each is and `lines` what is said of it.
 */
export function withTooltip(chart, { count, center, lines, top, bottom }) {
  const cursor = svg("line", { y1: top, y2: bottom, class: "cursor", visibility: "hidden" });
  const tooltip = html("div", { class: "tooltip", role: "status", hidden: true });
  const plot = html("div", { class: "plot" }, chart, tooltip);
  let at = null;
  chart.append(cursor);
  chart.setAttribute("tabindex", "0");
  chart.dataset.focus = "chart";

  const show = (index) => {
    at = index;
    const x = center(index);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    const [first, ...others] = lines(index);
    tooltip.replaceChildren(html("b", {}, first), ...others.map((line) => html("div", {}, line)));
    tooltip.hidden = false;
    const room = plot.clientWidth - tooltip.offsetWidth;
    const beside = x + 12 <= room ? x + 12 : x - 12 - tooltip.offsetWidth;
    tooltip.style.left = `${Math.max(0, Math.min(beside, room))}px`;
  };
  const hide = () => {
    at = null;
    cursor.setAttribute("visibility", "hidden");
    tooltip.hidden = true;
  };
  chart.addEventListener("pointermove", (event) => {
    const x = event.clientX - chart.getBoundingClientRect().left;
    const distances = Array.from({ length: count }, (_, index) => Math.abs(center(index) - x));
    show(distances.indexOf(Math.min(...distances)));
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(at === null ? 0 : Math.max(0, Math.min(count - 1, at + step)));
  });
  return plot;
}
