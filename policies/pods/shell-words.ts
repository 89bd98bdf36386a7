/** A word of a shell script with its quotes and escapes resolved. */
export interface Word {
  /** The value; what is only known at run time stands here as written: `$PORT`, `$(pidof nginx)`. */
  readonly text: string;
  /** False where a part of it is only known at run time. */
  readonly literal: boolean;
  /** True where a part was quoted or escaped: then it is no reserved word. */
  readonly quoted: boolean;
  /** Scripts inside of `$(…)` and backticks: they run as well. */
  readonly substitutions: readonly string[];
}

const nestingLimit = 64;

/** Quotes or brackets do not close, or nest too deep. */
export class Unreadable extends Error {}

/** Where a construct that starts inside of the opening character ends: the index after its closing character. */
export function skipTo(script: string, start: number, close: string, depth: number): number {
  if (depth > nestingLimit) throw new Unreadable();
  let at = start;
  while (at < script.length) {
    const char = script[at];
    if (char === close) return at + 1;
    if (char === "\\") at += 2;
    else if (char === "'" && close !== '"') at = after(script, "'", at + 1);
    else if (char === '"') at = skipTo(script, at + 1, '"', depth + 1);
    else if (char === "`") at = afterBackticks(script, at + 1);
    else if (char === "$" && (script[at + 1] === "(" || script[at + 1] === "{"))
      at = skipTo(script, at + 2, script[at + 1] === "(" ? ")" : "}", depth + 1);
    else if (char === "(" && close === ")") at = skipTo(script, at + 1, ")", depth + 1);
    else at++;
  }
  throw new Unreadable();
}

function after(script: string, close: string, start: number): number {
  const end = script.indexOf(close, start);
  if (end < 0) throw new Unreadable();
  return end + 1;
}

function afterBackticks(script: string, start: number): number {
  for (let at = start; at < script.length; at++) {
    if (script[at] === "\\") at++;
    else if (script[at] === "`") return at + 1;
  }
  throw new Unreadable();
}

/** Collects one word; `at` moves past it. */
export class WordReader {
  at: number;
  text = "";
  literal = true;
  quoted = false;
  readonly substitutions: string[] = [];
  readonly #script: string;

  constructor(script: string, at: number) {
    this.#script = script;
    this.at = at;
  }

  read(): Word {
    const script = this.#script;
    while (this.at < script.length) {
      const char = script.charAt(this.at);
      if (" \t\n;|&()<>".includes(char)) {
        // `<(…)` glued to a word, and `name=(…)`: bash only, values unknown.
        if (char !== "(" || !/^\w+\+?=$/.test(this.text)) break;
        this.#keep(skipTo(script, this.at + 1, ")", 0));
      } else if (char === "\\") this.#escape();
      else if (char === "'") this.#single(this.at + 1);
      else if (char === '"') this.#double();
      else if (char === "$" || char === "`") this.#expansion(false);
      else {
        this.text += char;
        this.at++;
      }
    }
    return { text: this.text, literal: this.literal, quoted: this.quoted, substitutions: this.substitutions };
  }

  #escape(): void {
    const next = this.#script[this.at + 1];
    this.at += 2;
    if (next === "\n") return;
    this.quoted = true;
    this.text += next ?? "\\";
  }

  #single(start: number): void {
    const end = after(this.#script, "'", start);
    this.quoted = true;
    this.text += this.#script.slice(start, end - 1);
    this.at = end;
  }

  #double(): void {
    const script = this.#script;
    this.quoted = true;
    this.at++;
    while (this.at < script.length) {
      const char = script.charAt(this.at);
      if (char === '"') {
        this.at++;
        return;
      }
      if (char === "\\") {
        const next = script.charAt(this.at + 1);
        if (next !== "\n") this.text += '$`"\\'.includes(next) ? next : char + next;
        this.at += 2;
      } else if (char === "$" || char === "`") this.#expansion(true);
      else {
        this.text += char;
        this.at++;
      }
    }
    throw new Unreadable();
  }

  #expansion(inDouble: boolean): void {
    const script = this.#script;
    const start = this.at;
    const next = script.charAt(start + 1);
    if (script[start] === "`") {
      const end = afterBackticks(script, start + 1);
      this.substitutions.push(script.slice(start + 1, end - 1).replaceAll(/\\([\\`$])/g, "$1"));
      this.#keep(end);
    } else if (next === "'" && !inDouble) {
      // `$'…'` decodes escapes as C does; only without any is the value plain.
      let end = start + 2;
      while (end < script.length && script[end] !== "'") end += script[end] === "\\" ? 2 : 1;
      if (end >= script.length) throw new Unreadable();
      const body = script.slice(start + 2, end);
      this.quoted = true;
      this.literal &&= !body.includes("\\");
      this.text += body;
      this.at = end + 1;
    } else if (next === "(") {
      const end = skipTo(script, start + 2, ")", 0);
      // `$((…))` is arithmetic and runs nothing by itself.
      if (script[start + 2] !== "(") this.substitutions.push(script.slice(start + 2, end - 1));
      this.#keep(end);
    } else if (next === "{") {
      const end = skipTo(script, start + 2, "}", 0);
      const body = script.slice(start + 2, end - 1);
      // A default such as `${X:-$(cmd)}` may run something: kept as a script that cannot be told.
      if (/\$\(|`/.test(body)) this.substitutions.push("eval");
      this.#keep(end);
    } else if (next === '"' && !inDouble) {
      // `$"…"` is a translated string: the same text to us.
      this.at++;
    } else if (/[\w@*#?$!-]/.test(next)) {
      let end = start + 2;
      if (/[A-Za-z_]/.test(next)) while (end < script.length && /\w/.test(script.charAt(end))) end++;
      this.#keep(end);
    } else {
      this.text += "$";
      this.at++;
    }
  }

  /** Takes what is only known at run time as written. */
  #keep(end: number): void {
    this.literal = false;
    this.text += this.#script.slice(this.at, end);
    this.at = end;
  }
}
