import { skipTo, Unreadable, WordReader, type Word } from "./shell-words.ts";

/** `end` is the index after it; tokens that touch belong together in `((` and `2>`. */
export type Token =
  | { readonly kind: "word"; readonly word: Word; readonly end: number }
  | { readonly kind: "operator"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "redirection"; readonly text: string; readonly end: number };

/** Longest first. */
const redirections = ["<<<", "<<-", "&>>", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "<", ">"];
const operators = [";;&", "&&", "||", ";;", ";&", "|&", ";", "&", "|", "(", ")", "\n"];

/** The tokens of a script; here-documents are left out of them. Undefined where quotes or brackets do not close. Linear in its length. */
export function tokenize(script: string): readonly Token[] | undefined {
  try {
    return tokens(script);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function tokens(script: string): Token[] {
  const found: Token[] = [];
  const hereDocuments: HereDocument[] = [];
  let expectsDelimiter: { readonly tabs: boolean } | undefined;
  let at = 0;
  while (at < script.length) {
    const char = script.charAt(at);
    if (char === " " || char === "\t") at++;
    else if (char === "\\" && script[at + 1] === "\n") at += 2;
    else if (char === "#") {
      const end = script.indexOf("\n", at);
      at = end < 0 ? script.length : end;
    } else {
      const redirection = redirections.find((each) => script.startsWith(each, at));
      const operator = redirection === undefined ? operators.find((each) => script.startsWith(each, at)) : undefined;
      if (redirection !== undefined && (redirection === "<" || redirection === ">") && script[at + 1] === "(") {
        const end = skipTo(script, at + 2, ")", 0);
        const word = {
          text: script.slice(at, end),
          literal: false,
          quoted: false,
          substitutions: [script.slice(at + 2, end - 1)],
        };
        found.push({ kind: "word", word, end });
        at = end;
      } else if (redirection !== undefined) {
        const previous = found.at(-1);
        if (
          previous?.kind === "word" &&
          previous.end === at &&
          !previous.word.quoted &&
          /^\d+$/.test(previous.word.text)
        )
          found.pop();
        at += redirection.length;
        found.push({ kind: "redirection", text: redirection, end: at });
        if (redirection === "<<" || redirection === "<<-") expectsDelimiter = { tabs: redirection === "<<-" };
      } else if (operator !== undefined) {
        found.push({ kind: "operator", text: operator, start: at, end: at + operator.length });
        at += operator.length;
        if (operator === "\n") {
          for (const each of hereDocuments.splice(0)) at = afterHereDocument(script, at, each);
        }
      } else {
        const reader = new WordReader(script, at);
        const word = reader.read();
        at = reader.at;
        found.push({ kind: "word", word, end: at });
        if (expectsDelimiter !== undefined)
          hereDocuments.push({ word, tabs: expectsDelimiter.tabs, substitutions: reader.substitutions });
        expectsDelimiter = undefined;
      }
    }
  }
  return found;
}

interface HereDocument {
  /** The delimiter. */
  readonly word: Word;
  readonly tabs: boolean;
  /** The delimiter's own list: what the body runs is added to it. */
  readonly substitutions: string[];
}

function afterHereDocument(script: string, start: number, { word, tabs, substitutions }: HereDocument): number {
  let at = start;
  while (at < script.length) {
    const newline = script.indexOf("\n", at);
    const end = newline < 0 ? script.length : newline;
    const line = script.slice(at, end);
    if ((tabs ? line.replace(/^\t+/, "") : line) === word.text) return end;
    if (!word.quoted && (line.includes("$(") || line.includes("`"))) substitutions.push("eval");
    at = end + 1;
  }
  throw new Unreadable();
}
