import type { FoundFile } from "../reading/files.ts";
import type { LoadedFile } from "../reading/load.ts";
import type { Progress } from "../reading/progress.ts";

export interface ReadOptions {
  readonly strict: boolean;
  /** How the configuration calls a file. */
  readonly configName: (file: string, path: string) => string;
  readonly progress: Progress | undefined;
}

/** What became of a chart or kustomization: its files as they are judged, and the found files that need not be; or why it was not rendered. */
export type RenderedFolder =
  | { readonly files: readonly LoadedFile[]; readonly judged: readonly FoundFile[] }
  | { readonly failure: string };
