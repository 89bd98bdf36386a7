import { printable } from "../color.ts";
import { shownName, type FoundFile, type FoundFiles, type RenderableFolder } from "../files.ts";
import type { LoadedFile } from "../load.ts";
import type { Terminal } from "../terminal.ts";
import { checkChartOptions } from "./chart-options.ts";
import { renderChart } from "./helm-chart.ts";
import { kustomizationTree, type KustomizationTree } from "./kustomization-tree.ts";
import { isInner, isWanted, unasked, type LeftAsWritten } from "./left-as-written.ts";
import { buildKustomization, findKustomize } from "./kustomize.ts";
import { findProgram } from "./program.ts";
import type { RenderOptions } from "./render-options.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";

/** What became of the charts and kustomizations of a run. */
export interface RenderedSources {
  readonly files: readonly LoadedFile[];
  /** Found files that are judged by what was rendered of them. */
  readonly judged: ReadonlySet<FoundFile>;
  /** Something was to be rendered and could not be. It was said. */
  readonly failed: boolean;
  /** Adds to a file that is judged as it is written what can be made of it, or why it is not. */
  readonly explain: (file: LoadedFile) => LoadedFile;
}

/** Renders what is to be rendered: the folders that were named, with `--render` those below them too. */
export async function renderSources(
  found: FoundFiles,
  options: RenderOptions,
  reading: ReadOptions,
  terminal: Terminal,
): Promise<RenderedSources> {
  const outcome = new Outcome(unasked(found.renderable, options), terminal);
  const wanted = (kind: RenderableFolder["kind"]): RenderableFolder[] =>
    found.renderable.filter((one) => one.kind === kind && isWanted(one, options));

  const charts = wanted("chart").filter((one) => !isInner(one, found.renderable));
  const helm = findProgram("helm", terminal);
  const given = checkChartOptions(options, charts, helm, terminal);
  for (const chart of charts) {
    if (helm === undefined) outcome.miss(chart, options, "helm is not on the PATH");
    else outcome.add(chart, await renderChart(helm, chart, found.files, given, reading, terminal));
  }

  const kustomizations = wanted("kustomization");
  const kustomize = kustomizations.length === 0 ? undefined : findKustomize(terminal);
  const trees = new Map<RenderableFolder, KustomizationTree>();
  for (const one of kustomizations) {
    const tree = await kustomizationTree(one.path);
    if ("refused" in tree) outcome.add(one, { failure: `${shownName(terminal.cwd, tree.refused)} ${tree.why}` });
    else trees.set(one, tree);
  }
  for (const [one, tree] of trees) {
    if (!one.named && isPartOf(one, tree, trees)) {
      outcome.leave(one, "judged in what others build of it");
      continue;
    }
    if (kustomize === undefined) outcome.miss(one, options, "neither kubectl nor kustomize is on the PATH");
    else outcome.add(one, await buildKustomization(kustomize, one, tree, found.files, reading, terminal));
  }
  return outcome;
}

/** A base that another one of the run includes is judged there, and a component is nothing by itself. */
const isPartOf = (
  one: RenderableFolder,
  { folders, isComponent }: KustomizationTree,
  trees: ReadonlyMap<RenderableFolder, KustomizationTree>,
): boolean => {
  const [real = ""] = folders;
  return isComponent || [...trees].some(([other, tree]) => other !== one && tree.folders.has(real));
};

class Outcome implements RenderedSources {
  readonly files: LoadedFile[] = [];
  readonly judged = new Set<FoundFile>();
  failed = false;
  readonly explain: LeftAsWritten["explain"];
  readonly #left: LeftAsWritten;
  readonly #terminal: Terminal;

  constructor(left: LeftAsWritten, terminal: Terminal) {
    this.explain = left.explain;
    this.#left = left;
    this.#terminal = terminal;
  }

  leave(one: RenderableFolder, why: string): void {
    this.#left.add(one, why);
  }

  /** Cannot be, for want of a program. Who asked for it by an option gets no report that passes for whole. */
  miss(one: RenderableFolder, { render }: RenderOptions, what: string): void {
    const sentence = `${what}, so ${one.folder} is not rendered`;
    this.#left.add(one, sentence);
    this.#tell(`${sentence}: its files are judged as they are written`);
    this.failed ||= render;
  }

  add(one: RenderableFolder, made: RenderedFolder): void {
    if ("failure" in made) {
      this.#tell(`${one.folder} is not rendered (--no-render does without): ${made.failure}`);
      this.#left.add(one, `${one.folder} cannot be rendered`);
      this.failed = true;
      return;
    }
    this.files.push(...made.files);
    for (const file of made.judged) this.judged.add(file);
  }

  #tell(text: string): void {
    this.#terminal.stderr.write(`gracewarden: ${printable(text)}\n`);
  }
}
