import type { Span } from "./source.ts";

/** Thrown inside this folder where a document has no value; becomes the manifest's problem. Offsets are the document's own. */
export class ManifestRefusal extends Error {
  override readonly name = "ManifestRefusal";
  readonly code: RefusalCode;
  readonly span: Span;

  constructor(code: RefusalCode, message: string, span: Span) {
    super(message);
    this.code = code;
    this.span = span;
  }
}

export type RefusalCode = "syntax" | "alias-bomb" | "cyclic-anchor" | "too-deep" | "hidden-line";
