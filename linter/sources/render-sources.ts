import { printable } from "../color.ts";
import { foldersAbove, isBelow, shownName, type FoundFile, type FoundFiles, type RenderableFolder } from "../files.ts";
import type { LoadedFile } from "../load.ts";
import type { Terminal } from "../terminal.ts";
import { checkChartOptions } from "./chart-options.ts";
import { explainSkipped } from "./explain-skipped.ts";
import { renderChart } from "./helm-chart.ts";
import { kustomizationTree, type KustomizationTree } from "./kustomization-tree.ts";
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
  const outcome = new Outcome(terminal);
  const isWanted = ({ named }: RenderableFolder): boolean => !options["no-render"] && (named || options.render);
  const of = (kind: RenderableFolder["kind"]): RenderableFolder[] =>
    found.renderable.filter((one) => one.kind === kind);

  const charts = outermost(of("chart"));
  const helm = findProgram("helm", terminal);
  const given = checkChartOptions(options, charts.filter(isWanted), helm, terminal);
  for (const chart of charts) {
    if (!isWanted(chart)) outcome.leave(chart, options, `name ${chart.folder} or use --render to have helm render it`);
    else if (helm === undefined) outcome.miss(chart, options, "helm is not on the PATH");
    else outcome.add(chart, await renderChart(helm, chart, found.files, given, reading, terminal));
  }

  const kustomizations = of("kustomization");
  const wanted = kustomizations.filter(isWanted);
  const kustomize = wanted.length === 0 ? undefined : findKustomize(terminal);
  for (const one of kustomizations.filter((other) => !isWanted(other)))
    outcome.leave(one, options, `name ${one.folder} or use --render to judge what it builds`);
  const trees = new Map<RenderableFolder, KustomizationTree>();
  for (const one of wanted) {
    const tree = await kustomizationTree(one.path);
    if ("refused" in tree) outcome.add(one, { failure: `${shownName(terminal.cwd, tree.refused)} ${tree.why}` });
    else trees.set(one, tree);
  }
  for (const [one, tree] of trees) {
    if (!one.named && isPartOf(one, tree, trees)) {
      outcome.leave(one, options, "judged in what others build of it");
      continue;
    }
    if (kustomize === undefined) outcome.miss(one, options, "neither kubectl nor kustomize is on the PATH");
    else outcome.add(one, await buildKustomization(kustomize, one, tree, found.files, reading, terminal));
  }
  return outcome;
}

/** Charts inside of another one are rendered with it. */
const outermost = (charts: readonly RenderableFolder[]): RenderableFolder[] =>
  charts.filter(
    ({ folder }) =>
      !charts.some((other) => isBelow(folder, other.folder === "." ? "charts" : `${other.folder}/charts`)),
  );

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
  readonly #reasons = new Map<string, { readonly kind: RenderableFolder["kind"]; readonly why: string }[]>();
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly explain = (file: LoadedFile): LoadedFile => {
    for (const folder of foldersAbove(file.file))
      for (const { kind, why } of this.#reasons.get(folder) ?? []) file = explainSkipped(file, kind, why);
    return file;
  };

  /** Not asked for. */
  leave(one: RenderableFolder, options: RenderOptions, hint: string): void {
    if (!options["no-render"]) this.#explain(one, hint);
  }

  /** Cannot be, for want of a program. Who asked for it by an option gets no report that passes for whole. */
  miss(one: RenderableFolder, { render }: RenderOptions, what: string): void {
    const sentence = `${what}, so ${one.folder} is not rendered`;
    this.#explain(one, sentence);
    this.#tell(`${sentence}: its files are judged as they are written`);
    this.failed ||= render;
  }

  add(one: RenderableFolder, made: RenderedFolder): void {
    if ("failure" in made) {
      this.#tell(`${one.folder} is not rendered (--no-render does without): ${made.failure}`);
      this.#explain(one, `${one.folder} cannot be rendered`);
      this.failed = true;
      return;
    }
    this.files.push(...made.files);
    for (const file of made.judged) this.judged.add(file);
  }

  #explain({ folder, kind }: RenderableFolder, why: string): void {
    const others = this.#reasons.get(folder);
    if (others === undefined) this.#reasons.set(folder, [{ kind, why }]);
    else others.push({ kind, why });
  }

  #tell(text: string): void {
    this.#terminal.stderr.write(`gracewarden: ${printable(text)}\n`);
  }
}
