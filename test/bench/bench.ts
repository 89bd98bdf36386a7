/** Speed as ratios, measured side by side in one run: `npm run bench`. Peers are taken from PATH; a peer that is missing is said to be. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { interleave, median, type Sample } from "./measure.ts";

const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "dist/gracewarden.cjs");
const node = process.execPath;
const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 9);

function onPath(program: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

async function compare(title: string, contenders: readonly Contender[], cwd?: string): Promise<void> {
  const samples = await interleave(
    contenders.map(({ command }) => command),
    rounds,
    cwd,
  );
  const [ours = []] = samples;
  console.log(`\n${title} (${rounds} interleaved rounds)`);
  console.table(Object.fromEntries(contenders.map(({ name }, index) => [name, row(samples[index] ?? [], ours)])));
}

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0);

function row(samples: readonly Sample[], ours: readonly Sample[]): Record<string, string> {
  const seconds = samples.map((sample) => sample.seconds);
  const peaks = samples.flatMap(({ peakMebibytes }) => peakMebibytes ?? []);
  return {
    "min ms": milliseconds(Math.min(...seconds)),
    "median ms": milliseconds(median(seconds)),
    "max ms": milliseconds(Math.max(...seconds)),
    "peak MiB": peaks.length === 0 ? "-" : Math.max(...peaks).toFixed(0),
    "ours / this": (median(ours.map((sample) => sample.seconds)) / median(seconds)).toFixed(2),
  };
}

function peer(name: string, args: readonly string[]): Contender[] {
  const program = onPath(name);
  if (program === undefined) console.log(`${name}: not installed`);
  return program === undefined ? [] : [{ name, command: [program, ...args] }];
}

console.log(`Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);

const example = join(root, "deploy/examples/polite/checkout.yaml");
await compare("One file, cold", [
  { name: "gracewarden lint", command: [node, bin, "lint", "--no-config", example] },
  { name: "floor: node -e 0", command: [node, "-e", "0"] },
  ...peer("kube-linter", ["lint", example]),
]);

const corpus = process.env["GRACEWARDEN_CORPUS"];
if (corpus === undefined) {
  console.log("\nWhole corpus: SKIPPED, GRACEWARDEN_CORPUS names no folder of manifests");
} else {
  const floor = join(root, "test/bench/parse-floor.ts");
  const cache = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));
  process.once("exit", () => rmSync(cache, { recursive: true, force: true }));
  const cached = ["lint", "--no-config", "--fail-on", "off", "--cache", "--cache-location", cache];
  await compare(`Whole corpus, ${corpus}`, [
    { name: "gracewarden lint", command: [node, bin, "lint", "--no-config", "--fail-on", "off", corpus] },
    { name: "gracewarden lint --cache, unchanged", command: [node, bin, ...cached, corpus] },
    { name: "floor: js-yaml parses it", command: [node, floor, corpus] },
    ...peer("kube-linter", ["lint", corpus]),
  ]);
}
