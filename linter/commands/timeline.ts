import { objectSet } from "../../policies/pods/object-set.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import { computeTimeline, type Cause, type Timeline } from "../../policies/shutdown/timeline.ts";
import { defineSyntax, parseArguments } from "../arguments.ts";
import { painter, printable, wantsColor } from "../color.ts";
import { programError } from "../errors.ts";
import { regionOf } from "../positions.ts";
import type { Command } from "../command.ts";
import { readInput } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { writeReport } from "../write-report.ts";

const causes = "delete, liveness, node-shutdown=SECONDS, spot=SECONDS or hard-eviction";

const syntax = defineSyntax({
  command: "timeline",
  summary: "Draws how the pods of manifests stop: a row a container, the clock in seconds.",
  operands: "PATH | GLOB | -...",
  minOperands: 1,
  maxOperands: Infinity,
  options: {
    cause: { value: "CAUSE", default: "delete", text: `Why they stop: ${causes}` },
    svg: { value: "FILE", text: "Draw into an SVG file instead; - is stdout" },
    color: { text: "Use colours" },
    "no-color": { text: "Use no colours" },
  },
});

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  const cause = readCause(options.cause ?? "delete");
  const { cwd, stdout, stderr } = terminal;
  const input = await readInput(
    positionals,
    { context: [], strict: false, stdinName: "stdin", configFolder: cwd },
    terminal,
  );
  const color = wantsColor(options, terminal, stdout);
  const paint = painter(color);
  const width = Math.max(60, Math.min(stdout.columns ?? 100, 120));
  const set = objectSet(input.files.flatMap(({ objects }) => objects.map(({ object }) => object)));
  const drawings: string[] = [];
  const pods: { title: string; timeline: Timeline }[] = [];
  let failed = false;
  for (const { file, unreadable, manifest, problems, objects } of input.files) {
    const sentences = [
      ...(unreadable === undefined ? [] : [`${file} ${unreadable}`]),
      ...(manifest?.problems ?? []).map(
        ({ message, span }) =>
          `${file}:${manifest === undefined ? 1 : regionOf(manifest.source, span).line} ${message}`,
      ),
      ...problems.map(
        ({ message, document, at }) =>
          `${file}:${regionOf(document.source, document.locate(at, "key")).line} ${message}`,
      ),
      ...(manifest?.skipped ?? []).map(({ reason }) => `${file} skipped: ${reason}`),
    ];
    for (const sentence of sentences) stderr.write(`gracewarden: ${printable(sentence)}\n`);
    failed ||= unreadable !== undefined || problems.length > 0 || (manifest?.problems.length ?? 0) > 0;
    for (const { object, document, at } of objects) {
      const { line } = regionOf(document.source, document.locate(at, "key"));
      for (const pod of set.podsIn(object)) {
        const title = printable(`${object.kind}/${object.name || "(unnamed)"}`);
        const timeline = computeTimeline(pod, cause);
        if (options.svg !== undefined) {
          pods.push({ title: `${title} ${file}:${line}`, timeline });
          continue;
        }
        drawings.push(
          `${paint("bold", title)} ${paint("dim", printable(`${file}:${line}`))}\n${printable(drawTimeline(timeline, { width, color }))}\n`,
        );
      }
    }
  }
  if (drawings.length === 0 && pods.length === 0) {
    if (!failed) stderr.write("gracewarden: there is no pod in what was read\n");
    return failed ? 2 : 0;
  }
  if (options.svg === undefined) stdout.write(drawings.join("\n"));
  else {
    const { timelinesSvgFile } = await import("../../policies/shutdown/draw-svg.ts");
    const drawing = timelinesSvgFile(pods);
    if (options.svg === "-") stdout.write(drawing);
    else writeReport(options.svg, cwd, drawing);
  }
  return failed ? 2 : 0;
}

function readCause(text: string): Cause {
  const [kind, amount] = text.split("=", 2) as [string, string | undefined];
  const seconds = amount === undefined ? undefined : Number(amount);
  switch (kind) {
    case "delete":
    case "liveness":
    case "hard-eviction":
      if (amount === undefined) return { kind };
      break;
    case "node-shutdown":
    case "spot":
      if (seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 && amount !== "") return { kind, seconds };
      break;
    default:
  }
  throw programError("option-value", "--cause", text, `use ${causes}`);
}

export const command: Command = { syntax, title: "Draw how the pods of a file would stop", run };
