/** Speed as ratios, measured side by side in one run: `npm run bench`. Peers are taken from PATH; a peer that is missing is said to be. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { interleave, median, type Sample } from "./measure.ts";
import { copySample, largeTree, smallTree, writeTree } from "./tree.ts";

const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "dist/gracewarden.cjs");
const node = process.execPath;
const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 9);
/** For what takes many seconds. */
const few = Math.min(rounds, 2);

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

async function compare(title: string, contenders: readonly Contender[], times: number): Promise<void> {
  const samples = await interleave(
    contenders.map(({ command }) => command),
    times,
  );
  const [ours = []] = samples;
  console.log(`\n${title} (${times} interleaved rounds)`);
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
    exit: [...new Set(samples.map(({ exitCode }) => exitCode))].join(", "),
    "ours / this": (median(ours.map((sample) => sample.seconds)) / median(seconds)).toFixed(2),
  };
}

/**
 * How each peer is asked for all manifests at a path. kubeconform's schemas lie in the network: unless
 * GRACEWARDEN_KUBECONFORM_SCHEMAS names a folder that has them, it parses and finds none.
 */
const schemas = process.env["GRACEWARDEN_KUBECONFORM_SCHEMAS"] ?? join(tmpdir(), "no-schemas");
const peers: Readonly<Record<string, (path: string) => readonly string[]>> = {
  "kube-linter": (path) => ["lint", path],
  "kube-score": (path) => ["score", ...manifestsAt(path)],
  kubeconform: (path) => [
    "-ignore-missing-schemas",
    "-schema-location",
    join(schemas, "{{.ResourceKind}}{{.KindSuffix}}.json"),
    path,
  ],
  polaris: (path) => ["audit", "--audit-path", path, "--format", "score"],
};

/** kube-score takes files alone. */
const manifestsAt = (path: string): readonly string[] =>
  statSync(path).isFile() ? [path] : globSync("**/*.{yaml,yml}", { cwd: path }).map((file) => join(path, file));

const installed = Object.entries(peers).flatMap(([name, args]) => {
  const program = onPath(name);
  if (program === undefined) console.log(`${name}: not installed`);
  return program === undefined ? [] : [{ name, args, program }];
});

const peersAt = (path: string): Contender[] =>
  installed.map(({ name, args, program }) => ({ name, command: [program, ...args(path)] }));

const lint = [node, bin, "lint", "--no-config", "--fail-on", "off"];
const ours = (path: string): Contender => ({ name: "gracewarden lint", command: [...lint, path] });

const cache = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));
process.once("exit", () => rmSync(cache, { recursive: true, force: true }));
// kube-linter leaves a folder for each remote base of a kustomization.
process.env["TMPDIR"] = cache;
const cached = (path: string): Contender => ({
  name: "gracewarden lint --cache, unchanged",
  command: [...lint, "--cache", "--cache-location", cache, path],
});

console.log(`Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);

const example = join(root, "deploy/examples/polite/checkout.yaml");
await compare(
  "One file, cold",
  [ours(example), { name: "floor: node -e 0", command: [node, "-e", "0"] }, ...peersAt(example)],
  rounds,
);

const floor = (path: string): Contender => ({
  name: "floor: js-yaml parses it",
  command: [node, join(root, "test/bench/parse-floor.ts"), path],
});

const corpus = process.env["GRACEWARDEN_CORPUS"];
if (corpus === undefined) {
  console.log("\nWhole corpus: SKIPPED, GRACEWARDEN_CORPUS names no folder of manifests");
} else {
  const contenders = [ours(corpus), cached(corpus), floor(corpus), ...peersAt(corpus)];
  await compare(`Whole corpus, ${corpus}`, contenders, rounds);
  await inFolder(async (folder) => {
    const bytes = copySample(corpus, folder, 993);
    const title = `993 files of the corpus, ${megabytes(bytes)} MB`;
    await compare(title, [ours(folder), cached(folder), floor(folder), ...quickPeersAt(folder)], rounds);
  });
}

for (const size of [smallTree, largeTree]) {
  await inFolder(async (folder) => {
    const bytes = writeTree(folder, size);
    const title = `Generated: ${size.definitions} CRD files and ${size.others} others, ${megabytes(bytes)} MB`;
    const others = size === largeTree ? quickPeersAt(folder) : [floor(folder), ...peersAt(folder)];
    await compare(title, [ours(folder), cached(folder), ...others], size === largeTree ? few : rounds);
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

async function inFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-tree-"));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without those that need 2 and 10 s for 1,000 files, and on large trees minutes a round. */
function quickPeersAt(path: string): readonly Contender[] {
  console.log("polaris, kube-score: left out of the next, they would take minutes");
  return peersAt(path).filter(({ name }) => name !== "polaris" && name !== "kube-score");
}
