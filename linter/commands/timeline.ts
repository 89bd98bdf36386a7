import { objectSet } from "../../policies/pods/object-set.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import { computeTimeline, type Timeline } from "../../policies/shutdown/timeline.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import { painter, printable, wantsColor } from "../color.ts";
import { programError } from "../errors.ts";
import { causes, readCause } from "../cause.ts";
import type { Command } from "../command.ts";
import { podsOf } from "../judging/placed-pods.ts";
import { readingProblems } from "../reading/reading-problems.ts";
import { readInput } from "../reading/read-input.ts";
import { renderOptions } from "../sources/render-options.ts";
import type { Terminal } from "../terminal.ts";
import { writeReport } from "../reporters/write-report.ts";

const syntax = defineSyntax({
  command: "gracewarden timeline",
  summary: "Draws how the pods of manifests stop: a row a container, the clock in seconds.",
  operands: "PATH | GLOB | -...",
  minOperands: 1,
  maxOperands: Infinity,
  options: {
    cause: { value: "CAUSE", default: "delete", text: `Why they stop: ${causes}` },
    svg: { value: "FILE", text: "Draw into an SVG file instead; - is stdout" },
    ...renderOptions,
    color: { text: "Use colours" },
    "no-color": { text: "Use no colours" },
  },
});

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  const written = options.cause ?? "delete";
  const cause = readCause(written);
  if (cause === undefined) throw programError("option-value", "--cause", written, `use ${causes}`);
  const { cwd, stdout, stderr } = terminal;
  const input = await readInput(
    positionals,
    { context: [], strict: false, stdinName: "stdin", configFolder: cwd, render: options },
    terminal,
  );
  const color = wantsColor(options, terminal, stdout);
  const paint = painter(color);
  const width = Math.max(60, Math.min(stdout.columns ?? 100, 120));
  const set = objectSet(input.files.flatMap(({ objects }) => objects.map(({ object }) => object)));
  const drawings: string[] = [];
  const pods: { title: string; timeline: Timeline }[] = [];
  let { failed } = input;
  for (const read of input.files) {
    const problems = readingProblems(read);
    const skipped = (read.manifest?.skipped ?? []).map(({ reason }) => `${read.file} skipped: ${reason}`);
    for (const sentence of [...problems, ...skipped]) stderr.write(`gracewarden: ${printable(sentence)}\n`);
    failed ||= problems.length > 0;
  }
  for (const { pod, name, file, line } of podsOf(input.files, set)) {
    const title = printable(name);
    const timeline = computeTimeline(pod, cause);
    if (options.svg !== undefined) pods.push({ title: `${title} ${file}:${line}`, timeline });
    else
      drawings.push(
        `${paint("bold", title)} ${paint("dim", printable(`${file}:${line}`))}\n${printable(drawTimeline(timeline, { width, color }))}\n`,
      );
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

export const command: Command = { syntax, title: "Draw how the pods of a file would stop", run };
