import type { FoundFile, FoundFiles, Renderable } from "../reading/files.ts";
import type { Terminal } from "../terminal.ts";
import { isWanted } from "./left-as-written.ts";
import { RenderOutcome } from "./render-outcome.ts";
import type { RenderOptions } from "./render-options.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";
import { sideBySide } from "./side-by-side.ts";

/** All that may be rendered in a run, linted or read for relations only, and what becomes of it. */
export class RenderRun {
  readonly linted: RenderOutcome;
  readonly context: RenderOutcome;
  readonly all: readonly Renderable[];
  readonly options: RenderOptions;
  readonly reading: ReadOptions;
  readonly terminal: Terminal;
  readonly #linted: ReadonlySet<Renderable>;

  constructor(found: FoundFiles, around: FoundFiles, options: RenderOptions, reading: ReadOptions, terminal: Terminal) {
    this.linted = new RenderOutcome(found, options, terminal, "judged");
    this.context = new RenderOutcome(around, options, terminal, "read");
    this.all = [...found.renderable, ...around.renderable];
    this.options = options;
    this.reading = reading;
    this.terminal = terminal;
    this.#linted = new Set(found.renderable);
  }

  isLinted(one: Renderable): boolean {
    return this.#linted.has(one);
  }

  outcomeOf(one: Renderable): RenderOutcome {
    return this.isLinted(one) ? this.linted : this.context;
  }

  wanted(...kinds: readonly Renderable["kind"][]): readonly Renderable[] {
    return this.all.filter((one) => kinds.includes(one.kind) && isWanted(one, this.options));
  }

  /** Cannot be, for want of a program. */
  miss(one: Renderable, what: string): void {
    this.outcomeOf(one).miss(one, this.options, what);
  }

  /** Renders each, some at once, and keeps what became of them in their order. */
  async render<T extends { readonly one: Renderable }>(
    list: readonly T[],
    render: (what: T, found: readonly FoundFile[]) => Promise<RenderedFolder>,
  ): Promise<void> {
    const { progress } = this.reading;
    let begun = 0;
    const made = await sideBySide(list, async (what) => {
      const { one } = what;
      begun += 1;
      progress?.tell(() => `rendering: ${begun} of ${list.length}, ${one.folder}`);
      return { one, folder: await render(what, this.outcomeOf(one).found.files) };
    });
    progress?.clear();
    for (const { one, folder } of made) this.outcomeOf(one).add(one, folder);
  }
}
