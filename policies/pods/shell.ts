import { memoText } from "../memo.ts";
import { SyntaxProblem, TokenCursor } from "./shell-cursor.ts";
import { tokenize } from "./shell-tokens.ts";
import type { Word } from "./shell-words.ts";

export interface SimpleCommand {
  readonly kind: "simple";
  /** `NAME=value` in front of the command, or on its own. */
  readonly assignments: readonly { readonly name: string; readonly value: string }[];
  /** The command's name and arguments; empty for assignments or redirections alone. */
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export interface Redirection {
  readonly operator: string;
  readonly target: Word;
}

export type Command =
  | SimpleCommand
  | { readonly kind: "group" | "subshell"; readonly body: Script; readonly redirections: readonly Redirection[] }
  /** `while` and `until` hold their condition in front of the body; `for` and `select` have none. */
  | {
      readonly kind: "loop";
      readonly condition: Script;
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  /** Each condition runs until one holds; `otherwise` is undefined where there is no `else`. */
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly condition: Script; readonly body: Script }[];
      readonly otherwise: Script | undefined;
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: "case"; readonly bodies: readonly Script[]; readonly redirections: readonly Redirection[] }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly body: Command;
      readonly redirections: readonly Redirection[];
    };

/** Commands that run side by side, each reading what the one before it writes. */
export interface Pipeline {
  /** How it hangs on the pipeline before it: runs only if that one succeeded (`&&`) or failed (`||`). */
  readonly after: "&&" | "||" | undefined;
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines joined by `&&` and `||`, ended by `;`, a newline or `&`. */
export interface Statement {
  readonly pipelines: readonly Pipeline[];
  readonly background: boolean;
}

export type Script = readonly Statement[];

const nestingLimit = 64;
/**
 * Characters of a script that are looked at. Reading takes a tenth of a millisecond a kilobyte, and a pod may have a
 * script in each of its containers; the system itself starts nothing with an argument of more than 128 KiB.
 */
const maxScriptLength = 32 * 1024;
const assignment = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/;

/** Why `parseShell` makes nothing of a script: ends a sentence about it. */
export const whyUnread = (script: string): string =>
  script.length > maxScriptLength ? "is too long to be read" : "cannot be read";

/** The script as a tree, or undefined where it cannot be read or is too long. Takes time linear in its length; nothing in it is run or expanded. */
export const parseShell = memoText((script): Script | undefined => {
  if (script.length > maxScriptLength) return undefined;
  const tokens = tokenize(script);
  if (tokens === undefined) return undefined;
  const parser = new Parser(new TokenCursor(tokens));
  try {
    return parser.all();
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
});

class Parser {
  #depth = 0;
  readonly #cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  all(): Script {
    const script = this.#script();
    if (this.#cursor.current !== undefined) throw new SyntaxProblem();
    return script;
  }

  /** Statements up to a word or bracket that belongs to the construct around them. */
  #script(): Script {
    const statements: Statement[] = [];
    for (;;) {
      while (this.#cursor.takeOperator("\n")) continue;
      if (this.#cursor.atEnd()) return statements;
      const pipelines = this.#andOr();
      const background = this.#cursor.takeOperator("&");
      if (!background && !this.#cursor.takeOperator(";") && !this.#cursor.takeOperator("\n") && !this.#cursor.atEnd())
        throw new SyntaxProblem();
      statements.push({ pipelines, background });
    }
  }

  #andOr(): readonly Pipeline[] {
    const pipelines = [this.#pipeline(undefined)];
    for (;;) {
      const after = this.#cursor.takeOperator("&&") ? "&&" : this.#cursor.takeOperator("||") ? "||" : undefined;
      if (after === undefined) return pipelines;
      while (this.#cursor.takeOperator("\n")) continue;
      pipelines.push(this.#pipeline(after));
    }
  }

  #pipeline(after: Pipeline["after"]): Pipeline {
    let negated = false;
    while (this.#cursor.takeWord("!")) negated = !negated;
    this.#cursor.takeWord("time");
    const commands = [this.#command()];
    while (this.#cursor.takeOperator("|") || this.#cursor.takeOperator("|&")) {
      while (this.#cursor.takeOperator("\n")) continue;
      commands.push(this.#command());
    }
    return { after, negated, commands };
  }

  #command(): Command {
    if (++this.#depth > nestingLimit) throw new SyntaxProblem();
    const command = this.#compound() ?? this.#simple();
    this.#depth--;
    return command;
  }

  #compound(): Command | undefined {
    const token = this.#cursor.current;
    if (token?.kind === "operator" && token.text === "(") {
      const next = this.#cursor.peek(1);
      if (next?.kind === "operator" && next.text === "(" && next.start === token.end) return this.#arithmetic();
      this.#cursor.advance();
      const body = this.#script();
      this.#cursor.expectOperator(")");
      return { kind: "subshell", body, redirections: this.#redirections() };
    }
    if (this.#cursor.takeWord("{")) {
      const body = this.#script();
      this.#cursor.expectWord("}");
      return { kind: "group", body, redirections: this.#redirections() };
    }
    if (this.#cursor.takeWord("while") || this.#cursor.takeWord("until")) return this.#loop(this.#script());
    if (this.#cursor.takeWord("for") || this.#cursor.takeWord("select")) return this.#for();
    if (this.#cursor.takeWord("if")) return this.#if();
    if (this.#cursor.takeWord("case")) return this.#case();
    if (this.#cursor.takeWord("function")) return this.#function(this.#cursor.word().text);
    if (token?.kind === "word" && this.#cursor.isOperator("(", 1) && this.#cursor.isOperator(")", 2)) {
      this.#cursor.advance();
      return this.#function(token.word.text);
    }
    return undefined;
  }

  #loop(condition: Script): Command {
    this.#cursor.expectWord("do");
    const body = this.#script();
    this.#cursor.expectWord("done");
    return { kind: "loop", condition, body, redirections: this.#redirections() };
  }

  #for(): Command {
    if (this.#cursor.isOperator("(")) this.#arithmetic();
    else {
      this.#cursor.word();
      while (this.#cursor.takeOperator("\n")) continue;
      if (this.#cursor.takeWord("in")) while (this.#cursor.current?.kind === "word") this.#cursor.advance();
    }
    while (this.#cursor.takeOperator(";") || this.#cursor.takeOperator("\n")) continue;
    return this.#loop([]);
  }

  #if(): Command {
    const branches: { condition: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    do {
      const condition = this.#script();
      this.#cursor.expectWord("then");
      branches.push({ condition, body: this.#script() });
    } while (this.#cursor.takeWord("elif"));
    if (this.#cursor.takeWord("else")) otherwise = this.#script();
    this.#cursor.expectWord("fi");
    return { kind: "if", branches, otherwise, redirections: this.#redirections() };
  }

  #case(): Command {
    const bodies: Script[] = [];
    this.#cursor.word();
    while (this.#cursor.takeOperator("\n")) continue;
    this.#cursor.expectWord("in");
    for (;;) {
      while (this.#cursor.takeOperator("\n")) continue;
      if (this.#cursor.takeWord("esac")) return { kind: "case", bodies, redirections: this.#redirections() };
      this.#cursor.takeOperator("(");
      do this.#cursor.word();
      while (this.#cursor.takeOperator("|"));
      this.#cursor.expectOperator(")");
      bodies.push(this.#script());
      if (
        !this.#cursor.takeOperator(";;") &&
        !this.#cursor.takeOperator(";&") &&
        !this.#cursor.takeOperator(";;&") &&
        !this.#cursor.isWord("esac")
      )
        throw new SyntaxProblem();
    }
  }

  #function(name: string): Command {
    if (this.#cursor.takeOperator("(")) this.#cursor.expectOperator(")");
    while (this.#cursor.takeOperator("\n")) continue;
    const body = this.#command();
    if (body.kind === "simple") throw new SyntaxProblem();
    return { kind: "function", name, body, redirections: [] };
  }

  /** `((…))`: counts and compares, runs nothing. */
  #arithmetic(): Command {
    let open = 0;
    do {
      const token = this.#cursor.advance();
      if (token.kind === "operator" && token.text === "(") open++;
      if (token.kind === "operator" && token.text === ")") open--;
    } while (open > 0);
    return { kind: "simple", assignments: [], words: [plain("let")], redirections: this.#redirections() };
  }

  #simple(): SimpleCommand {
    const assignments: { name: string; value: string }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    if (this.#cursor.atEnd()) throw new SyntaxProblem();
    if (this.#cursor.takeWord("[[")) {
      while (!this.#cursor.takeWord("]]")) this.#cursor.advance();
      return { kind: "simple", assignments, words: [plain("[[")], redirections: this.#redirections() };
    }
    for (;;) {
      const token = this.#cursor.current;
      if (token?.kind === "redirection") redirections.push(...this.#redirections());
      else if (token?.kind === "word") {
        this.#cursor.advance();
        const name = words.length === 0 ? assignment.exec(token.word.text) : null;
        if (name?.[1] === undefined) words.push(token.word);
        else {
          assignments.push({ name: name[1], value: token.word.text.slice(name[0].length) });
          // What a value runs is run, so it is kept where estimates look for it.
          if (token.word.substitutions.length > 0) redirections.push({ operator: "=", target: token.word });
        }
      } else break;
    }
    if (words.length === 0 && assignments.length === 0 && redirections.length === 0) throw new SyntaxProblem();
    return { kind: "simple", assignments, words, redirections };
  }

  #redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      const token = this.#cursor.current;
      if (token?.kind !== "redirection") return found;
      this.#cursor.advance();
      found.push({ operator: token.text, target: this.#cursor.word() });
    }
  }
}

const plain = (text: string): Word => ({ text, literal: true, quoted: false, substitutions: [] });
