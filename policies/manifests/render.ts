import {
  DEFAULT_SCALAR_STYLE_RULES,
  defineScalarTag,
  dump,
  mapTag,
  NOT_RESOLVED,
  SCALAR_STYLE,
  Schema,
  seqTag,
  strTag,
} from "js-yaml";
import type { DumpOptions, ScalarLayout } from "js-yaml";
import { isRecord } from "../record.ts";
import { resolvePlain } from "./scalars.ts";

/** How new YAML looks, taken from the document around it. */
export interface BlockStyle {
  /** Spaces from a mapping to the mapping under its key. */
  readonly step: number;
  /** Whether a list stands deeper than the key that names it. */
  readonly listsIndented: boolean;
}

// Text is quoted where Kubernetes would read anything else: so the writer asks the reader.
const schema = new Schema([
  strTag,
  seqTag,
  mapTag,
  defineScalarTag<unknown>("tag:gracewarden.io,2026:plain", {
    implicit: true,
    resolve: (source) => {
      const value = resolvePlain(source);
      return typeof value === "string" && source !== "<<" ? NOT_RESOLVED : value;
    },
    identify: (value) => value === null || typeof value === "boolean" || typeof value === "number",
    represent: (value) => (Number.isNaN(value) ? ".nan" : String(value).replace("Infinity", ".inf")),
  }),
]);

/** Blank lines at a text's end would become the next line's if that moved: quoted, they cannot. */
function quoteTrailingLines(layout: ScalarLayout): void {
  if (/^\s|\n\s*\n$/.test(layout.node.value) && layout.node.value.includes("\n"))
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
}

/** Kubernetes' reader follows YAML 1.1, which takes fewer characters in flow style without quotes than js-yaml's 1.2. */
function quoteInFlow(layout: ScalarLayout): void {
  const isText = layout.node.tag === strTag.tagName;
  if (layout.flowOnly && isText && !/^[\w./][\w ./=-]*$/.test(layout.node.value))
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
}

const options: DumpOptions = {
  schema,
  lineWidth: -1,
  quoteStyle: "double",
  noRefs: true,
  scalarStyleRules: [quoteTrailingLines, quoteInFlow, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
};

/** Lines of a collection in block style, without indent. */
export function blockLines(value: unknown, { step, listsIndented }: BlockStyle): string[] {
  return dump(value, { ...options, indent: step, seqNoIndent: !listsIndented })
    .replace(/\n$/, "")
    .split("\n");
}

/** A value on one line, as it may stand after a block key or dash; text of several lines is quoted. */
export function inlineText(value: unknown): string {
  const line = dump({ k: value }, { ...options, flowLevel: 1 }).trimEnd();
  return line.includes("\n") ? flowText(value) : line.slice("k: ".length);
}

/** A value on one line inside of a YAML flow collection. */
export function flowText(value: unknown): string {
  return dump([value], { ...options, flowLevel: 0 })
    .trimEnd()
    .slice(1, -1);
}

/** How a JSON document spaces what it holds. */
export interface JsonStyle {
  /** One level of indent; undefined where all stands on one line. */
  readonly indent: string | undefined;
  readonly lineBreak: string;
  readonly afterColon: string;
  readonly afterComma: string;
}

/** `outer`: the indent of the line that the value begins on. */
export function jsonText(value: unknown, style: JsonStyle, outer: string): string {
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return JSON.stringify(value);
  const inner = outer + (style.indent ?? "");
  const members = isList
    ? value.map((item) => jsonText(item, style, inner))
    : Object.entries(value).map(([key, member]) => jsonMember(key, member, style, inner));
  const [open, close] = isList ? "[]" : "{}";
  if (members.length === 0) return `${open}${close}`;
  if (style.indent === undefined) return open + members.join(`,${style.afterComma}`) + close;
  const lines = members.map((member) => inner + member).join(`,${style.lineBreak}`);
  return `${open}${style.lineBreak}${lines}${style.lineBreak}${outer}${close}`;
}

export function jsonMember(key: string, value: unknown, style: JsonStyle, outer: string): string {
  return `${JSON.stringify(key)}:${style.afterColon}${jsonText(value, style, outer)}`;
}
