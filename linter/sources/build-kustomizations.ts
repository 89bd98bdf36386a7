import { shownName, type Renderable } from "../reading/files.ts";
import { kustomizationTree, type KustomizationTree } from "./kustomization-tree.ts";
import { buildKustomization, findKustomize } from "./kustomize.ts";
import type { RenderRun } from "./render-run.ts";

interface Kustomization {
  readonly one: Renderable;
  readonly tree: KustomizationTree;
}

/** Has kubectl or kustomize build the kustomizations of a run. */
export async function buildKustomizations(run: RenderRun): Promise<void> {
  const { reading, terminal } = run;
  const kustomizations: Kustomization[] = [];
  for (const one of run.wanted("kustomization")) {
    const tree = await kustomizationTree(one.path);
    if ("refused" in tree)
      run.outcomeOf(one).add(one, { failure: `${shownName(terminal.cwd, tree.refused)} ${tree.why}` });
    else kustomizations.push({ one, tree });
  }
  const whole = kustomizations.filter(({ one, tree }) => {
    const isPart = kustomizations.some(
      (other) => other.one !== one && mayHold(other.one, one, run) && other.tree.folders.has(one.real),
    );
    const isLeft = isPart || (tree.isComponent && !one.named);
    if (isLeft) run.outcomeOf(one).leave(one, "judged in what others build of it");
    return !isLeft;
  });
  if (whole.length === 0) return;
  const kustomize = findKustomize(terminal);
  if (kustomize === undefined) {
    for (const { one } of whole) run.miss(one, "neither kubectl nor kustomize is on the PATH");
    return;
  }
  await run.render(whole, ({ one, tree }, found) => buildKustomization(kustomize, one, tree, found, reading, terminal));
}

/**
 * A base that another one of the run includes is judged there, unless it was named. What is linted is never left to what
 * is not; and what is linted is not read once more.
 */
const mayHold = (other: Renderable, one: Renderable, run: RenderRun): boolean =>
  run.isLinted(other) ? !run.isLinted(one) || !one.named : !run.isLinted(one) && !one.named;
