import { foldersAbove, isBelow, type RenderableFolder } from "../files.ts";
import type { LoadedFile } from "../load.ts";
import { explainSkipped } from "./explain-skipped.ts";
import type { RenderOptions } from "./render-options.ts";

type Asked = Pick<RenderOptions, "render" | "no-render">;

/** Folders that were named are rendered, with `--render` those below them too. */
export const isWanted = ({ named }: RenderableFolder, options: Asked): boolean =>
  !options["no-render"] && (named || options.render);

/** Those that could be rendered, and are not since nobody asked. Charts inside of another one belong to it. */
export function unasked(renderable: readonly RenderableFolder[], options: Asked): LeftAsWritten {
  const left = new LeftAsWritten();
  if (options["no-render"]) return left;
  for (const one of renderable) {
    if (isWanted(one, options) || (one.kind === "chart" && isInner(one, renderable))) continue;
    const to = one.kind === "chart" ? "have helm render it" : "judge what it builds";
    left.add(one, `name ${one.folder} or use --render to ${to}`);
  }
  return left;
}

/** A chart inside of another one is rendered with it. */
export const isInner = ({ folder }: RenderableFolder, renderable: readonly RenderableFolder[]): boolean =>
  renderable.some(
    (other) => other.kind === "chart" && isBelow(folder, other.folder === "." ? "charts" : `${other.folder}/charts`),
  );

/** The charts and kustomizations whose files are judged as they are written, and why. */
export class LeftAsWritten {
  readonly #reasons = new Map<string, { readonly kind: RenderableFolder["kind"]; readonly why: string }[]>();

  add({ folder, kind }: RenderableFolder, why: string): void {
    const others = this.#reasons.get(folder);
    if (others === undefined) this.#reasons.set(folder, [{ kind, why }]);
    else others.push({ kind, why });
  }

  /** Adds to a file what can be made of it, or why it is not. */
  readonly explain = (file: LoadedFile): LoadedFile => {
    for (const folder of foldersAbove(file.file))
      for (const { kind, why } of this.#reasons.get(folder) ?? []) file = explainSkipped(file, kind, why);
    return file;
  };
}
