/** The look of all cards, in the colours of the user's theme, light or dark. */

export const STYLE = `
:host {
  display: block;
  height: 100%;
  --offtake: var(--energy-grid-consumption-color, #488fc2);
  --injection: var(--energy-grid-return-color, #8353d1);
  --gas: color-mix(in oklab, var(--energy-gas-color, #8e021b) 72%, var(--primary-text-color, #212121));
  --night: color-mix(in oklab, var(--offtake) 35%, #2b3a9b);
  --injection-night: color-mix(in oklab, var(--injection) 45%, #3d1a6e);
  --floor: var(--warning-color, #ffa600);
  --mean: var(--primary-text-color, #212121);
  --good: var(--success-color, #43a047);
  --doubtful: var(--warning-color, #ffa600);
}
:host([hidden]) { display: none; }
ha-card { height: 100%; box-sizing: border-box; padding: 16px; container-type: inline-size; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-bottom: 12px; }
h2 {
  margin: 0; flex: 1 1 auto; color: var(--ha-card-header-color, var(--primary-text-color));
  font-size: var(--ha-font-size-l, 16px); font-weight: var(--ha-font-weight-medium, 500); line-height: 24px;
}
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.body { position: relative; transition: opacity 120ms; }
.body[busy] { opacity: 0.45; }
.message { color: var(--secondary-text-color); margin: 24px 0; text-align: center; line-height: 1.5; }
.message.error { color: var(--error-color, #db4437); }
.note { color: var(--secondary-text-color); font-size: 12px; line-height: 1.4; margin: 8px 0 0; }
button, input {
  font: inherit; font-size: 14px; color: var(--primary-text-color); background: none; box-sizing: border-box;
  border: 1px solid var(--divider-color, #e0e0e0); border-radius: 8px; height: 36px; padding: 0 10px;
}
input { color-scheme: light dark; }
button { cursor: pointer; }
button:hover:not([aria-disabled="true"]) { background: color-mix(in srgb, var(--primary-text-color) 6%, transparent); }
button[aria-disabled="true"] { opacity: 0.38; cursor: default; }
:focus-visible { outline: 2px solid var(--primary-color, #009ac7); outline-offset: 1px; }
:focus:not(:focus-visible) { outline: none; }
.pager { display: flex; align-items: center; gap: 4px; }
.pager > button {
  width: 36px; padding: 0; display: grid; place-items: center; border-color: transparent; border-radius: 50%;
}
.pager .period { font-size: 14px; text-align: center; min-width: 9ch; white-space: nowrap; }
.day-picker { position: relative; }
.day-picker input { position: absolute; inset: 0; width: 100%; opacity: 0; pointer-events: none; }
.day-picker button { position: relative; min-width: 16ch; }
.icon { width: 24px; height: 24px; fill: currentColor; }
.choice {
  display: flex; flex-wrap: wrap; border: 1px solid var(--divider-color, #e0e0e0); border-radius: 8px; overflow: hidden;
}
.choice button { border: none; border-radius: 0; height: 34px; }
.choice button[aria-pressed="true"] {
  background: color-mix(in srgb, var(--primary-color, #009ac7) 18%, transparent);
  font-weight: var(--ha-font-weight-medium, 500);
}
.choice button:focus-visible { outline-offset: -2px; }
.figures { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 0 0 12px; }
.figure { display: flex; flex-direction: column; margin: 0; }
.figure dt { color: var(--secondary-text-color); font-size: 12px; line-height: 16px; }
.figure dd {
  margin: 0; font-size: 20px; line-height: 28px; font-variant-numeric: tabular-nums;
  color: var(--primary-text-color); white-space: nowrap;
}
.figure dd small { font-size: 12px; color: var(--secondary-text-color); margin-left: 6px; }
svg.chart { display: block; max-width: 100%; overflow: visible; }
svg text { font-size: 11px; fill: var(--secondary-text-color); font-variant-numeric: tabular-nums; }
svg text.value { fill: var(--primary-text-color); }
svg .grid { stroke: var(--divider-color, #e0e0e0); stroke-width: 1; shape-rendering: crispEdges; }
svg .zero { stroke: var(--secondary-text-color); stroke-width: 1; shape-rendering: crispEdges; }
svg .mark { stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .mark.floor { stroke: var(--floor); }
svg .mark.mean { stroke: var(--mean); }
svg .mark-text {
  pointer-events: none; fill: var(--primary-text-color);
  paint-order: stroke; stroke-width: 3px; stroke-linejoin: round;
  stroke: var(--ha-card-background, var(--card-background-color, #fff));
}
svg .cursor { stroke: var(--primary-text-color); stroke-width: 1; opacity: 0.6; }
svg [role="button"] { cursor: pointer; }
svg [role="button"]:hover { filter: brightness(1.12); }
svg [role="button"]:focus-visible { outline: 2px solid var(--primary-color, #009ac7); outline-offset: 1px; }
.tooltip {
  position: absolute; top: 0; pointer-events: none; z-index: 1; font-size: 12px; line-height: 1.45; padding: 6px 10px;
  border-radius: 8px; white-space: nowrap; color: var(--primary-text-color);
  background: var(--ha-card-background, var(--card-background-color, #fff));
  border: 1px solid var(--divider-color, #e0e0e0); box-shadow: 0 2px 8px rgb(0 0 0 / 18%);
}
.tooltip b { font-weight: var(--ha-font-weight-medium, 500); }
.plot { position: relative; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 0 0; padding: 0; list-style: none;
  font-size: 12px; line-height: 18px; color: var(--secondary-text-color); }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend .swatch { flex: none; width: 14px; height: 10px; overflow: hidden; border-radius: 2px; }
.legend .ramp { width: 96px; height: 10px; border-radius: 2px; }
`;
