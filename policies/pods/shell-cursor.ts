import type { Token } from "./shell-tokens.ts";
import type { Word } from "./shell-words.ts";

/** The tokens are no script that we can read. */
export class SyntaxProblem extends Error {}

/** Words that end a construct, or stand inside of one, where a command would begin. */
const closing = new Set(["then", "do", "done", "elif", "else", "fi", "esac", "}"]);

/** A place in the tokens of a script. */
export class TokenCursor {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The token `ahead` of the current one. */
  peek(ahead: number): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  advance(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new SyntaxProblem();
    return token;
  }

  word(): Word {
    const token = this.advance();
    if (token.kind !== "word") throw new SyntaxProblem();
    return token.word;
  }

  /** A reserved word: unquoted, as it stands. */
  isWord(text: string): boolean {
    return this.current?.kind === "word" && isPlain(this.current.word) && this.current.word.text === text;
  }

  takeWord(text: string): boolean {
    const found = this.isWord(text);
    if (found) this.#at++;
    return found;
  }

  expectWord(text: string): void {
    if (!this.takeWord(text)) throw new SyntaxProblem();
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "operator" && token.text === text;
  }

  takeOperator(text: string): boolean {
    const found = this.isOperator(text);
    if (found) this.#at++;
    return found;
  }

  expectOperator(text: string): void {
    if (!this.takeOperator(text)) throw new SyntaxProblem();
  }

  /** At the end, or in front of what ends the construct around. */
  atEnd(): boolean {
    const token = this.current;
    if (token === undefined) return true;
    if (token.kind === "operator") return [")", ";;", ";&", ";;&"].includes(token.text);
    return token.kind === "word" && isPlain(token.word) && closing.has(token.word.text);
  }
}

const isPlain = (word: Word): boolean => word.literal && !word.quoted;
