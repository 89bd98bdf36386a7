import type { Shape } from "./shapes.ts";

/** Few enough at a time that two cores measure them and not each other. */
const mostPods = 6;
const mostContainers = 8;

/** The shapes in their order, cut into groups that run side by side. */
export function inBatches(shapes: readonly Shape[]): Shape[][] {
  const batches: Shape[][] = [];
  let batch: Shape[] = [];
  for (const shape of shapes) {
    if (batch.length === mostPods || countContainers([...batch, shape]) > mostContainers) batch = [];
    if (batch.length === 0) batches.push(batch);
    batch.push(shape);
  }
  return batches;
}

function countContainers(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, { containers, sidecars = [] }) => sum + containers.length + sidecars.length, 0);
}
