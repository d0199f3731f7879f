/** What the charts share: scales, grid lines, the patterns of what is estimated or missing. */

import { svg } from "./dom.js";

/** Return round values from 0 to at least the highest value. */
export function niceTicks(highest, atMost = 5) {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / (atMost - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Return round values on both sides of 0: at least as high and as low as asked. */
export function ticksAround(highest, lowest) {
  const ticks = niceTicks(Math.max(highest, lowest));
  const step = ticks[1];
  const above = ticks.filter((tick) => tick === 0 || tick - step < highest - 1e-9);
  const below = ticks.filter((tick) => tick > 0 && tick - step < lowest - 1e-9).map((tick) => -tick);
  return [...below.reverse(), ...above];
}

/** Return how many decimals the ticks of a scale need. */
export function decimalsOf(ticks) {
  return Math.max(...ticks.map((tick) => (String(tick).split(".")[1] ?? "").length));
}

/** Return the function that maps a domain linearly onto a range. */
export function scale([from, to], [start, end]) {
  const factor = (end - start) / (to - from || 1);
  return (value) => start + (value - from) * factor;
}

/** Return an SVG of a size; its name is what a screen reader says. */
export function canvas(width, height, name, ...children) {
  return svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, class: "chart" },
    ...children,
  );
}

/** Return the pattern of stripes in a colour: what is estimated, provisional or missing. */
export function stripes(id, color, opacity = 1) {
  return svg(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, style: `fill:${color};opacity:${0.25 * opacity}` }),
    svg("rect", { width: 2.5, height: 6, style: `fill:${color};opacity:${opacity}` }),
  );
}

/** Return the pattern of what is not there. */
export function missingPattern(id = "missing") {
  return stripes(id, "var(--secondary-text-color)", 0.35);
}

/** Return horizontal grid lines with their values at the left. */
export function valueAxis(ticks, y, { left, right }, text) {
  return ticks.map((tick) => [
    svg("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: tick === 0 ? "zero" : "grid" }),
    svg("text", { x: left - 6, y: y(tick), class: "tick", "text-anchor": "end", dy: "0.35em" }, text(tick)),
  ]);
}

/** Return a dashed line at a value, with a text of its own above it. */
export function markedValue(value, y, { left, right }, text, kind) {
  return [
    svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: `mark ${kind}` }),
    svg("text", { x: right, y: y(value) - 4, class: `mark-text ${kind}`, "text-anchor": "end" }, text),
  ];
}

/** Return the outline of a bar; unless another one stands on it, its far end is rounded. */
export function barPath(x, width, from, to, isOutermost = true) {
  const radius = isOutermost ? Math.min(3, width / 2, Math.abs(to - from)) : 0;
  const turn = to < from ? radius : -radius;
  return (
    `M${x},${from}V${to + turn}Q${x},${to} ${x + radius},${to}` +
    `H${x + width - radius}Q${x + width},${to} ${x + width},${to + turn}V${from}Z`
  );
}
