import { escapeMarkup } from "../escape-markup.ts";
import { shorten } from "../shorten.ts";
import { barsOf, lastSecondOf, marksOf, ticks, type Doing, type Mark } from "./bars.ts";
import { describeStop, stopNotes } from "./describe-stop.ts";
import { rounded } from "./interval.ts";
import type { Row, Timeline } from "./timeline.ts";

/** For `<style>` in the page or file that holds the drawings. Light and dark; nothing is told by its colour alone. */
export const timelineStyle = `.clock{--ink:#1c2024;--dim:#5a6470;--line:#c9d0d8;--hook:#c4841d;--stop:#2f9e63;--kill:#c22f2f;--sign:#1f5fbf;--on:#fff;font:12px system-ui,sans-serif;display:block;max-width:720px;width:100%;height:auto}
@media screen and (prefers-color-scheme:dark){.clock{--ink:#e6e9ed;--dim:#a4adb8;--line:#3d4651;--hook:#c98f2c;--stop:#2f9e63;--kill:#ff7b72;--sign:#7fb4ff;--on:#10151b}}
.clock text{fill:var(--ink)}.clock .dim{fill:var(--dim)}.clock .tick{stroke:var(--line)}.clock .grace{stroke:var(--kill);stroke-dasharray:4 3}
.clock .preStop{fill:var(--hook)}.clock .stops{fill:var(--stop)}
.clock .maybe-preStop{fill:var(--hook);fill-opacity:.2;stroke:var(--hook);stroke-dasharray:3 2}
.clock .maybe-stops{fill:var(--stop);fill-opacity:.2;stroke:var(--stop);stroke-dasharray:3 2}
.clock .waits{stroke:var(--sign);stroke-dasharray:1 4;stroke-width:2}
.clock .signal{fill:var(--sign)}.clock .killed{fill:var(--kill)}.clock .killed-if-there{fill:var(--on);stroke:var(--kill)}
.clock .letter{fill:var(--on);font-weight:700;font-size:10px;text-anchor:middle}.clock .open{fill:var(--kill)}
.clock .in{font-size:10px}.clock .stops-in{fill:#000}.clock .preStop-in{fill:#000}.clock .title{font-weight:700;font-size:13px}`;

const width = 720;
const left = 150;
const right = 700;
const rowHeight = 26;

/**
 * One pod's clock, for a page that brings `timelineStyle`: a bar a container over the seconds. `id` is unique in the
 * page; `notesId` is that of the element which says the same in words.
 */
export function drawTimelineSvg(timeline: Timeline, title: string, id: string, notesId: string): string {
  const { height, body } = clock(timeline, false);
  return `<svg class="clock" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}" aria-describedby="${notesId}"><title id="${id}">${escapeMarkup(`How ${title} stops`)}</title>${body}</svg>`;
}

/** A file of its own: the clocks of several pods, one under the other, each with its notes. */
export function timelinesSvgFile(pods: readonly { readonly title: string; readonly timeline: Timeline }[]): string {
  let y = 8;
  const parts = pods.map(({ title, timeline }) => {
    const { height, body } = clock(timeline, true);
    const part = `<g transform="translate(0 ${y})"><text class="title" x="8" y="14">${escapeMarkup(title)}</text><text class="dim" x="8" y="32">${escapeMarkup(describeStop(timeline))}</text><g transform="translate(0 40)">${body}</g></g>`;
    y += height + 64;
    return part;
  });
  const legend = `<text class="dim" x="8" y="${y + 6}">filled: certain; dashed: perhaps; dots: waits its turn; T SIGTERM; K SIGKILL; k SIGKILL if still there</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="clock" viewBox="0 0 ${width} ${y + 20}" width="${width}" height="${y + 20}" role="img" aria-label="How pods stop"><style>svg{background:#fff}@media screen and (prefers-color-scheme:dark){svg{background:#14181d}}${timelineStyle}</style>\n${parts.join("\n")}\n${legend}</svg>\n`;
}

function clock(timeline: Timeline, withNotes: boolean): { readonly height: number; readonly body: string } {
  const lastSecond = lastSecondOf(timeline);
  const xOf = (seconds: number): number =>
    Math.round((left + (Math.min(seconds, lastSecond) / lastSecond) * (right - left)) * 10) / 10;
  let y = 22;
  const rows = timeline.rows.map((row) => {
    const top = y;
    const notes = withNotes ? stopNotes(row) : [];
    y += rowHeight + notes.length * 16;
    return (
      rowSvg(row, top, xOf) + notes.map((note, index) => noteSvg(note, top + rowHeight + 11 + index * 16)).join("")
    );
  });
  if (rows.length === 0) {
    rows.push(`<text x="${left}" y="${y + 14}">no container is stopped by this</text>`);
    y += rowHeight;
  }
  const bottom = y + 2;
  const graceX = xOf(timeline.grace.seconds.max);
  const seconds = ticks(lastSecond, 11);
  const lines = seconds.map((second) => `M${xOf(second)} 18V${bottom}`).join("");
  const numbers = seconds.map(
    (second) => `<tspan x="${xOf(second)}">${rounded(second)}${second === 0 ? " s" : ""}</tspan>`,
  );
  const scale = `<path class="tick" d="${lines}"/><text class="dim" y="12" text-anchor="middle">${numbers.join("")}</text>`;
  const grace = `<path class="grace" d="M${graceX} 18V${bottom}"/><text class="dim" x="${graceX}" y="${bottom + 12}" text-anchor="${graceX > right - 60 ? "end" : "middle"}">grace period ends</text>`;
  return { height: bottom + 18, body: `${scale}${grace}${rows.join("")}` };
}

const words: Readonly<Partial<Record<Doing, string>>> = { preStop: "preStop", stops: "stopping" };
const letters: Readonly<Record<Mark["what"], string>> = { signal: "T", killed: "K", "killed-if-there": "k" };

function rowSvg(row: Row, top: number, xOf: (seconds: number) => number): string {
  const middle = top + rowHeight / 2;
  const bars = barsOf(row).map(({ doing, from, to }) => {
    const [start, end] = [xOf(from), xOf(to)];
    if (doing === "waits") return `<path class="waits" d="M${start} ${middle}H${end}"/>`;
    const length = Math.round((end - start) * 10) / 10;
    const word = words[doing];
    const label =
      word === undefined || length < 60
        ? ""
        : `<text class="in ${doing}-in" x="${start + 12}" y="${middle + 4}">${word}</text>`;
    return `<rect class="${doing}" x="${start}" y="${top + 5}" width="${length}" height="16"/>${label}`;
  });
  const marks = marksOf(row).map(({ what, at }) => {
    const x = xOf(at);
    return `<circle class="${what}" cx="${x}" cy="${middle}" r="8"/><text class="letter${what === "killed-if-there" ? " open" : ""}" x="${x}" y="${middle + 4}">${letters[what]}</text>`;
  });
  const name = escapeMarkup(shorten(row.container.name, 20));
  return `<text x="${left - 14}" y="${middle + 4}" text-anchor="end">${name}</text>${bars.join("")}${marks.join("")}`;
}

const noteSvg = (note: string, y: number): string =>
  `<text class="dim" x="${left}" y="${y}">${escapeMarkup(shorten(note, 96))}</text>`;
