// Runs in a page as it stands; what its last line evaluates to is the result.

const parse = (color) => {
  const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
  return { r, g, b, a };
};
const over = (top, bottom) => {
  const mix = (channel) => top[channel] * top.a + bottom[channel] * (1 - top.a);
  return { r: mix("r"), g: mix("g"), b: mix("b"), a: 1 };
};
const luminance = ({ r, g, b }) => {
  const [x, y, z] = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ratio = (one, other) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};
const fillOf = (element) => {
  const { fill, fillOpacity } = getComputedStyle(element);
  if (fill === "none") return undefined;
  const color = parse(fill);
  return { ...color, a: color.a * Number(fillOpacity) };
};
const isShape = (element) => element instanceof SVGGeometryElement;
/** The colour of what lies under an element at a point, from the top down to the page. */
const groundAt = (element, x, y) => {
  const all = document.elementsFromPoint(x, y);
  const below = all.slice(all.indexOf(element) + 1);
  const layers = below.flatMap((one) => {
    const layer = isShape(one)
      ? fillOf(one)
      : one instanceof SVGElement
        ? undefined
        : parse(getComputedStyle(one).backgroundColor);
    return layer === undefined || layer.a === 0 ? [] : [layer];
  });
  return layers.reduceRight((bottom, top) => over(top, bottom), parse(getComputedStyle(document.body).backgroundColor));
};

/** One look at each kind of thing is told of: the worst. */
const keepWorst = (seen, element, what, value, least, text) => {
  const name = `${what} ${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
  const known = seen.get(name);
  if (known === undefined || known.ratio > value)
    seen.set(name, { name, ratio: Math.round(value * 100) / 100, least, text: text.slice(0, 40) });
};

/**
 * How well a reader can tell what is shown from its ground, by the colours that are really painted (WCAG 2.2: 1.4.3
 * for texts, 1.4.11 for graphics). Looks at texts, and at the shapes of drawings that are not marked as decoration.
 */
function contrasts() {
  const seen = new Map();
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== "");
    const isText = own.length > 0 && !["TITLE", "DESC"].includes(element.tagName.toUpperCase());
    if (!isText && !isShape(element)) continue;
    element.scrollIntoView({ block: "center", inline: "center" });
    if (isText) {
      const range = document.createRange();
      range.selectNodeContents(own[0]);
      const [box] = range.getClientRects();
      if (box === undefined || box.width === 0 || box.right < 0) continue;
      const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
      const ground = groundAt(element, x, box.top + box.height / 2);
      const color = element instanceof SVGElement ? fillOf(element) : parse(getComputedStyle(element).color);
      keepWorst(seen, element, "text", ratio(over(color, ground), ground), 4.5, own[0].data.trim());
    } else if (!element.classList.contains("tick")) {
      const box = element.getBoundingClientRect();
      const ground = groundAt(element.ownerSVGElement, box.left, box.top);
      const { stroke } = getComputedStyle(element);
      const fill = fillOf(element);
      const colors = [
        stroke === "none" ? undefined : parse(stroke),
        fill === undefined ? undefined : over(fill, ground),
      ];
      const best = Math.max(...colors.flatMap((color) => (color === undefined ? [] : ratio(color, ground))));
      keepWorst(seen, element, "shape", best, 3, "");
    }
  }
  return [...seen.values()];
}

contrasts();
