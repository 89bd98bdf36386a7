import { printable } from "../color.ts";
import type { FoundFile, FoundFiles, Renderable } from "../reading/files.ts";
import type { LoadedFile } from "../reading/load.ts";
import type { Terminal } from "../terminal.ts";
import { unasked, type LeftAsWritten } from "./left-as-written.ts";
import type { RenderOptions } from "./render-options.ts";
import type { RenderedFolder } from "./rendered-folder.ts";

/** What became of the charts and kustomizations among what was found. */
export interface RenderedSources {
  readonly files: readonly LoadedFile[];
  /** Found files that are judged by what was rendered of them. */
  readonly judged: ReadonlySet<FoundFile>;
  /** Something was to be rendered and could not be. It was said. */
  readonly failed: boolean;
  /** Adds to a file that is judged as it is written what can be made of it, or why it is not. */
  readonly explain: (file: LoadedFile) => LoadedFile;
}

/** Collects it, and tells what is not rendered. */
export class RenderOutcome implements RenderedSources {
  readonly judged = new Set<FoundFile>();
  failed = false;
  readonly explain: LeftAsWritten["explain"];
  readonly found: FoundFiles;
  readonly #files: LoadedFile[] = [];
  readonly #left: LeftAsWritten;
  readonly #terminal: Terminal;
  /** What becomes of files all the same. */
  readonly #use: "judged" | "read";

  constructor(found: FoundFiles, options: RenderOptions, terminal: Terminal, use: "judged" | "read") {
    this.found = found;
    this.#left = unasked(found.renderable, options);
    this.explain = this.#left.explain;
    this.#terminal = terminal;
    this.#use = use;
  }

  /** A file that several were made of is accounted for once: as judged, else with the first reason why nothing of it is. */
  get files(): readonly LoadedFile[] {
    const told = new Set(this.#files.filter(({ rendering }) => rendering !== undefined).map(({ path }) => path));
    return this.#files.filter(({ path, rendering }) => {
      if (rendering !== undefined) return true;
      const isNew = !told.has(path);
      told.add(path);
      return isNew;
    });
  }

  leave(one: Renderable, why: string): void {
    this.#left.add(one, why);
  }

  /**
   * Cannot be, for want of a program. Who asked for it by an option gets no report that passes for whole, nor who named an
   * archive, of which nothing can be read without.
   */
  miss(one: Renderable, { render }: RenderOptions, what: string): void {
    const sentence = `${what}, so ${one.folder} is not rendered`;
    this.#left.add(one, sentence);
    const rest =
      one.kind === "archive" ? `nothing of it is ${this.#use}` : `its files are ${this.#use} as they are written`;
    this.#tell(`${sentence}: ${rest}`);
    this.failed ||= render || one.kind === "archive";
  }

  add(one: Renderable, made: RenderedFolder): void {
    if ("failure" in made) {
      this.#tell(`${one.folder} is not rendered (--no-render does without): ${made.failure}`);
      this.#left.add(one, `${one.folder} cannot be rendered`);
      this.failed = true;
      return;
    }
    this.#files.push(...made.files);
    for (const file of made.judged) this.judged.add(file);
  }

  #tell(text: string): void {
    this.#terminal.stderr.write(`gracewarden: ${printable(text)}\n`);
  }
}
