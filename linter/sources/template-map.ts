import { ancestors, indentedAs, type Indented } from "./nesting.ts";
import { canBecome, templateLines, type TemplateLine } from "./template-line.ts";

/** The line of the template, from 0, that made a line of the rendered text, or the closest one around it that it holds; undefined where neither is certain. */
export type LineOfTemplate = (
  rendered: number,
) => { readonly line: number; readonly precision: "exact" | "near" } | undefined;

/** Longer templates and documents are not searched: nobody writes them by hand. */
const maxLines = 5000;
/** How many pairs of lines are compared: a hundred times as many as a large chart needs, in a part of a second. */
const maxComparisons = 2_000_000;
/** How much of a document is compared with the template's parts to tell which of them made it. */
const comparedLines = 400;

/**
 * Helm says which template a document comes from, not which line. A line of the template is taken for the one that made
 * a rendered line if its literal text fits, the lines that it is nested in fit those of the rendered line, and it is the
 * only such line: in the template, else in the part between two `---` that fits the document best, else between the
 * nearest lines before and behind that are certain. What an include or `toYaml` made stands in no line of the template.
 */
export function templateMap(template: string, rendered: string): LineOfTemplate {
  const found = templateLines(template);
  const search = new Search(found.length > maxLines ? [] : found, rendered);
  return (index) => {
    const line = search.lineFor(index);
    if (line !== undefined) return { line, precision: "exact" };
    for (const parent of search.ancestorsOf(index)) {
      const near = search.lineFor(parent);
      if (near !== undefined) return { line: near, precision: "near" };
    }
    return undefined;
  };
}

interface RenderedDocument {
  readonly start: number;
  readonly end: number;
  /** The part of the template that fits it best; undefined where two fit as well. */
  section?: number | undefined;
  scored?: true;
}

/** What was found out about two texts: each question is answered once. */
class Search {
  readonly #lines: readonly TemplateLine[];
  readonly #literal: ReadonlyMap<string, readonly TemplateLine[]>;
  readonly #patterns: readonly TemplateLine[];
  readonly #parents = new Map<TemplateLine, readonly TemplateLine[]>();
  readonly #texts: readonly (Indented & { readonly text: string })[];
  readonly #documents: readonly RenderedDocument[];
  readonly #answers = new Map<number, number | undefined>();
  readonly #ancestors = new Map<number, readonly number[]>();
  #comparisons = 0;
  readonly #candidates = new Map<number, readonly TemplateLine[]>();

  constructor(lines: readonly TemplateLine[], rendered: string) {
    this.#lines = lines;
    this.#literal = Map.groupBy(
      lines.filter(({ literals }) => literals.length === 1),
      ({ literals }) => literals[0] ?? "",
    );
    this.#patterns = lines.filter(({ literals }) => literals.length > 1);
    this.#texts = rendered.split(/\r\n|\n|\r/).map((line) => ({ ...indentedAs(line), text: line.trim() }));
    const starts = this.#texts.flatMap(({ text, indent }, index) => (text === "---" && indent === 0 ? [index] : []));
    this.#documents = [-1, ...starts].map((start, at) => ({ start: start + 1, end: starts[at] ?? this.#texts.length }));
  }

  ancestorsOf(index: number): readonly number[] {
    let found = this.#ancestors.get(index);
    if (found === undefined) {
      found = ancestors(this.#texts, index, this.#documentOf(index)?.start);
      this.#ancestors.set(index, found);
    }
    return found;
  }

  /** The only line of the template that can have made it. */
  lineFor(index: number): number | undefined {
    if (!this.#answers.has(index)) {
      const line = this.#fitting(index);
      this.#answers.set(index, line === undefined || this.#isMadeTwice(line, index) ? undefined : line.index);
    }
    return this.#answers.get(index);
  }

  /** The only line that fits, by its text, what is around it and the order. */
  #fitting(index: number): TemplateLine | undefined {
    const document = this.#documentOf(index);
    if (document === undefined) return undefined;
    const around = this.ancestorsOf(index).map((at) => this.lineFor(at));
    const parent = around.find((line) => line !== undefined);
    const found = this.#inSection(index).filter(
      (line) => parent === undefined || this.#parentsOf(line).some((one) => one.index === parent),
    );
    return found.length < 2 ? found[0] : this.#between(found, index, document);
  }

  /** A line that makes one line cannot have made two: one of them was included, and looks alike. */
  #isMadeTwice(line: TemplateLine, index: number): boolean {
    const document = this.#documentOf(index);
    if (line.repeats || document === undefined) return false;
    const { start, end } = document;
    const [parent] = this.ancestorsOf(index);
    const { indent } = this.#texts[index] ?? {};
    for (let at = Math.max(start, index - comparedLines); at < Math.min(end, index + comparedLines); at++)
      if (
        at !== index &&
        this.#texts[at]?.indent === indent &&
        this.#candidatesFor(at).includes(line) &&
        this.ancestorsOf(at)[0] === parent &&
        this.#fitting(at) === line
      )
        return true;
    return false;
  }

  #between(found: readonly TemplateLine[], index: number, document: RenderedDocument): TemplateLine | undefined {
    const before = this.#certain(index, -1, document) ?? -1;
    const behind = this.#certain(index, 1, document) ?? Infinity;
    const between = found.filter((line) => line.index > before && line.index < behind);
    return between.length === 1 ? between[0] : undefined;
  }

  #documentOf(index: number): RenderedDocument | undefined {
    return this.#documents.find(({ start, end }) => index >= start && index < end);
  }

  /** The template's line for the nearest rendered line in a direction that only one can have made. */
  #certain(index: number, step: 1 | -1, { start, end }: RenderedDocument): number | undefined {
    for (let at = index + step, count = 0; at >= start && at < end && count < comparedLines; at += step, count++) {
      const found = this.#inSection(at);
      if (found.length === 1) return found[0]?.index;
    }
    return undefined;
  }

  #inSection(index: number): readonly TemplateLine[] {
    const found = this.#candidatesFor(index);
    const document = this.#documentOf(index);
    if (found.length < 2 || document === undefined) return found;
    if (document.scored === undefined) {
      document.section = this.#bestSection(document);
      document.scored = true;
    }
    const { section } = document;
    return section === undefined ? found : found.filter((line) => line.section === section);
  }

  #bestSection({ start, end }: RenderedDocument): number | undefined {
    const scores = new Map<number, number>();
    for (let index = start; index < Math.min(end, start + comparedLines); index++)
      for (const section of new Set(this.#candidatesFor(index).map((line) => line.section)))
        scores.set(section, (scores.get(section) ?? 0) + 1);
    const most = Math.max(...scores.values());
    const best = [...scores].filter(([, score]) => score === most);
    return best.length === 1 ? best[0]?.[0] : undefined;
  }

  #candidatesFor(index: number): readonly TemplateLine[] {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    const { text = "" } = this.#texts[index] ?? {};
    const document = this.#documentOf(index);
    let found: readonly TemplateLine[] = [];
    const isInReach = document !== undefined && document.end - document.start <= maxLines;
    if (text !== "" && isInReach && this.#comparisons < maxComparisons) {
      const around = this.ancestorsOf(index).map((at) => this.#texts[at]?.text ?? "");
      const alike = [...(this.#literal.get(text) ?? []), ...this.#patterns.filter((line) => canBecome(line, text))];
      this.#comparisons += this.#patterns.length + alike.length * (1 + around.length);
      found = alike.filter((line) => fits(this.#parentsOf(line), around));
    }
    this.#candidates.set(index, found);
    return found;
  }

  #parentsOf(line: TemplateLine): readonly TemplateLine[] {
    let found = this.#parents.get(line);
    if (found === undefined) {
      found = ancestors(this.#lines, this.#lines.indexOf(line)).flatMap((at) => this.#lines[at] ?? []);
      this.#parents.set(line, found);
    }
    return found;
  }
}

/** Whether the lines around the template's line became lines around the rendered one, in this order. */
function fits(parents: readonly TemplateLine[], around: readonly string[]): boolean {
  let from = 0;
  for (const parent of parents) {
    const at = around.findIndex((text, index) => index >= from && canBecome(parent, text));
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
