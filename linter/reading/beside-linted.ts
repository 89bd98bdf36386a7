import { isRenderableRoot, type FoundFiles } from "./files.ts";
import type { LoadedFile } from "./load.ts";
import { realPath } from "./real-path.ts";

/** What was found for relations only, without what is linted. */
export function besideLinted(around: FoundFiles, { files, renderable }: FoundFiles): FoundFiles {
  const paths = new Set(files.map(({ path }) => path));
  const folders = new Set(renderable.map(({ kind, real }) => `${kind} ${real}`));
  return {
    ...around,
    files: around.files.filter(({ path }) => !paths.has(path)),
    renderable: around.renderable.filter(({ kind, real }) => !folders.has(`${kind} ${real}`)),
  };
}

/**
 * An object that is linted must not stand in the context a second time: rendered of a file that is linted, or as it is
 * written in a file of which something linted was rendered.
 */
export function withoutLinted(
  context: readonly LoadedFile[],
  linted: readonly LoadedFile[],
  found: FoundFiles,
): LoadedFile[] {
  const paths = new Set(found.files.map(({ path }) => path).filter((path) => !isRenderableRoot(path)));
  const dependents = new Set(linted.flatMap(({ rendering }) => rendering?.dependsOn ?? []));
  return context.filter(({ path, rendering }) => {
    if (path === undefined) return true;
    if (rendering !== undefined) return !paths.has(path);
    return dependents.size === 0 || ![...dependents].some((dependsOn) => dependsOn(realPath(path)));
  });
}
