/** Building elements; texts become text nodes, so that no name or value is ever read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return an HTML element; attributes that begin with "on" are listeners. */
export function html(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** Return an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

/** Replace what an element holds; a part that it held before is not moved, and keeps the focus. */
export function replaceParts(element, parts) {
  for (const old of [...element.childNodes]) if (!parts.includes(old)) old.remove();
  parts.forEach((part, index) => {
    const there = element.childNodes[index] ?? null;
    if (there !== part) element.insertBefore(part, there);
  });
}

/** Return one of Material Design's icons, drawn. */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: path }));
}

export const ICON = {
  previous: "M15.41,16.58L10.83,12L15.41,7.41L14,6L8,12L14,18L15.41,16.58Z",
  next: "M8.59,16.58L13.17,12L8.59,7.41L10,6L16,12L10,18L8.59,16.58Z",
};
