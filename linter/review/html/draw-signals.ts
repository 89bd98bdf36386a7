import { escapeMarkup } from "../../../policies/escape-markup.ts";
import { shorten } from "../../../policies/shorten.ts";
import { namespaceWords, outcomeWords } from "../signal-words.ts";
import type { SignalPath, SignalPaths } from "../signal-paths.ts";
import type { Workload } from "../workloads.ts";

/** For the page's `<style>`. Solid, dashed and crossed lines tell the outcomes apart without their colours. */
export const signalsStyle = `.signals{font:12px system-ui,sans-serif;display:block;max-width:720px;width:100%;height:auto}
.signals text{fill:var(--text)}.signals .dim{fill:var(--dim);font-size:11px}
.signals rect{fill:var(--panel);stroke:var(--edge)}.signals .frame{fill:none;stroke:var(--edge);stroke-dasharray:6 3}.signals .shared{stroke:var(--error);stroke-width:1.5}
.signals path{fill:none;stroke:var(--text);stroke-width:1.5}.signals .unknown{stroke-dasharray:2 4}.signals .cut{stroke:var(--error);stroke-dasharray:7 3}.signals .lost,.signals .cross{stroke:var(--error)}.signals .power{stroke:var(--error);stroke-dasharray:4 2}
.signals .tip{fill:var(--text);stroke:none}.signals .bad{fill:var(--error);stroke:none}.signals .other{fill:var(--error);font-size:11px}`;

/** Beyond these the table says it better. */
const mostContainers = 8;
const mostArcs = 16;

const rowHeight = 54;
const top = 26;

/** Who signals whom in a pod: from the runtime to each first process and on to its program, and between containers. */
export function drawSignals({ id, name, signals }: Workload): string {
  const paths = signals.paths.slice(0, mostContainers);
  const height = top + paths.length * rowHeight + 14;
  const yOf = (index: number): number => top + index * rowHeight + 24;
  const middle = top + (paths.length * rowHeight) / 2;
  const one = signals.namespace === "shared" || signals.namespace === "node";
  const frame = one
    ? `<rect class="frame shared" x="136" y="${top - 8}" width="404" height="${paths.length * rowHeight + 6}" rx="6"/>`
    : "";
  const runtime = `<rect x="4" y="${middle - 20}" width="84" height="40" rx="4"/>${text(46, middle - 2, "kubelet and", "middle")}${text(46, middle + 12, "runtime", "middle")}`;
  const rows = paths.map((path, index) => row(path, yOf(index), middle, signals));
  const hidden = signals.paths.length - paths.length;
  const more = hidden === 0 ? "" : text(144, height - 2, `and ${hidden} more, see the table`, "start", "dim");
  return `<svg class="signals" viewBox="0 0 720 ${height}" role="img" aria-labelledby="${id}p ${id}q"><title id="${id}p">${escapeMarkup(`Who signals whom in ${name}`)}</title><desc id="${id}q">${escapeMarkup(describe(signals))}</desc>${text(136, 12, namespaceWords[signals.namespace], "start", "dim")}${frame}${runtime}${rows.join("")}${arcs(signals, paths, yOf)}${more}</svg>`;
}

function describe({ namespace, paths, powers }: SignalPaths): string {
  const ways = paths.map(({ container, signal }) => `${container.name}: stop signal ${outcomeWords[signal]}`);
  const others = powers.map(
    ({ from, to, why }) => `${from.name} may signal ${to.map((one) => one.name).join(", ")} (${why})`,
  );
  return shorten([namespaceWords[namespace], ...ways, ...others].join(". "), 1500);
}

function row(path: SignalPath, y: number, middle: number, { namespace }: SignalPaths): string {
  const { container, first, firstKind, program, signal } = path;
  const own = namespace === "own" ? `<rect class="frame" x="136" y="${y - 26}" width="404" height="48" rx="6"/>` : "";
  const label = first === undefined ? "the image's" : first;
  const kind = firstKind === "program" || firstKind === "unknown" ? "" : ` (${firstKind})`;
  const pid = namespace === "own" ? "PID 1: " : "";
  const firstBox = box(148, y, container.name, `${pid}${label}${kind}`);
  const arrow = `<path d="M88 ${middle}C112 ${middle} 112 ${y} 138 ${y}"/>${tip(146, y, "tip")}`;
  if (firstKind === "program") return own + firstBox + arrow;
  const second = box(390, y, program ?? "program", outcome[signal]);
  return own + firstBox + arrow + between(signal, y) + second;
}

const outcome: Readonly<Record<SignalPath["signal"], string>> = {
  reaches: "gets the signal",
  lost: "never gets the signal",
  cut: "dies unwarned",
  unknown: "not known",
};

/** From the first process to the program: an arrow, a crossed line, a dashed or a dotted one. */
function between(signal: SignalPath["signal"], y: number): string {
  if (signal === "lost")
    return `<path class="lost" d="M296 ${y}H340"/><path class="cross" d="M334 ${y - 6}l12 12m0 -12l-12 12"/>`;
  return `<path class="${signal}" d="M296 ${y}H380"/>${tip(388, y, signal === "cut" ? "bad" : "tip")}`;
}

const box = (x: number, y: number, name: string, what: string): string =>
  `<rect x="${x}" y="${y - 20}" width="${x < 300 ? 148 : 140}" height="38" rx="4"/>${text(x + 8, y - 5, shorten(name, 20))}${text(x + 8, y + 11, shorten(what, 23), "start", "dim")}`;

/** Between containers: an arc at the right from the sender's row to the receiver's. */
function arcs({ powers }: SignalPaths, paths: readonly SignalPath[], yOf: (index: number) => number): string {
  const order = new Map(paths.map(({ container }, index) => [container, index]));
  const pairs = powers.flatMap(({ from, to }) =>
    to.flatMap((one) => {
      const [sender, receiver] = [order.get(from), order.get(one)];
      return sender === undefined || receiver === undefined ? [] : [{ sender, receiver }];
    }),
  );
  const drawn = pairs.slice(0, mostArcs).map(({ sender, receiver }) => {
    const down = sender < receiver;
    const [start, end] = [yOf(sender) + (down ? 4 : -4), yOf(receiver) + (down ? -8 : 8)];
    const reach = 540 + Math.min(150, 30 + Math.abs(sender - receiver) * 26 + (down ? 0 : 14));
    return `<path class="power" d="M540 ${start}C${reach} ${start} ${reach} ${end} 548 ${end}"/>${tip(541, end, "bad", "left")}`;
  });
  if (drawn.length === 0) return "";
  const note = pairs.length > mostArcs ? "some of many" : "may signal";
  return `${drawn.join("")}${text(548, 12, note, "start", "other")}`;
}

const tip = (x: number, y: number, look: "tip" | "bad", to: "left" | "right" = "right"): string =>
  `<path class="${look}" d="M${x} ${y}l${to === "right" ? -9 : 9} -5v10z"/>`;

const text = (x: number, y: number, content: string, anchor: "start" | "middle" = "start", look = ""): string =>
  `<text${look === "" ? "" : ` class="${look}"`} x="${x}" y="${y}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escapeMarkup(content)}</text>`;
