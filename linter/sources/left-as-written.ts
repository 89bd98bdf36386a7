import { foldersAbove, isBelow, type Renderable } from "../reading/files.ts";
import type { LoadedFile } from "../reading/load.ts";
import { explainSkipped } from "./explain-skipped.ts";
import type { RenderOptions } from "./render-options.ts";

type Asked = Pick<RenderOptions, "render" | "no-render">;

/** Folders that were named are rendered, with `--render` those below them too. */
export const isWanted = ({ named }: Renderable, options: Asked): boolean =>
  !options["no-render"] && (named || options.render);

/** Those that could be rendered, and are not since nobody asked. Charts inside of another one belong to it. */
export function unasked(renderable: readonly Renderable[], options: Asked): LeftAsWritten {
  const left = new LeftAsWritten();
  for (const one of renderable) {
    if (options["no-render"]) {
      if (one.kind === "archive") left.add(one, "helm would render it, without --no-render");
      continue;
    }
    if (isWanted(one, options) || (one.kind === "chart" && isInner(one, renderable))) continue;
    const to = one.kind === "chart" ? "have helm render it" : "judge what it builds";
    left.add(one, `name ${one.folder} or use --render to ${to}`);
  }
  return left;
}

/** A chart inside of another one is rendered with it. */
export const isInner = ({ folder }: Renderable, renderable: readonly Renderable[]): boolean =>
  renderable.some(
    (other) => other.kind === "chart" && isBelow(folder, other.folder === "." ? "charts" : `${other.folder}/charts`),
  );

/** The charts and kustomizations whose files are judged as they are written, the archives of which nothing is, and why. */
export class LeftAsWritten {
  readonly #reasons = new Map<string, { readonly kind: Renderable["kind"]; readonly why: string }[]>();

  add({ folder, kind }: Renderable, why: string): void {
    const others = this.#reasons.get(folder);
    if (others === undefined) this.#reasons.set(folder, [{ kind, why }]);
    else others.push({ kind, why });
  }

  /** Adds to a file what can be made of it, or why it is not. */
  readonly explain = (file: LoadedFile): LoadedFile => {
    if (this.#reasons.size === 0) return file;
    for (const folder of [...foldersAbove(file.file), file.file])
      for (const { kind, why } of this.#reasons.get(folder) ?? []) file = explainSkipped(file, kind, why);
    return file;
  };
}
