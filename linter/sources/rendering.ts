import type { Document } from "../../policies/manifests/document.ts";
import type { Source, Span } from "../../policies/manifests/source.ts";
import type { Path } from "../../policies/path.ts";
import type { Region } from "../judging/positions.ts";

/** How a text was made that stands in no file: out of templates by helm, or out of bases and patches by kustomize. */
export interface Rendering {
  /** What prints this text: `helm template charts/web -s templates/web.yaml`, `kubectl kustomize overlays/prod`. */
  readonly command: string;
  /** Why `--fix` leaves it alone, and what to change instead. */
  readonly notFixed: string;
  /** Where that was written which stands at a place of the text. */
  readonly writtenAt: (place: RenderedPlace) => WrittenPlace;
  /** Whether the text may be another one when this file changes. */
  readonly dependsOn: (path: string) => boolean;
}

interface RenderedPlace {
  readonly source: Source;
  readonly span: Span;
  /** Undefined for what is wrong with the text as such. */
  readonly document: Document | undefined;
  /** From the document's root. */
  readonly at: Path;
}

export interface WrittenPlace {
  /** As reports call it. */
  readonly file: string;
  readonly region: Region;
  /** `exact`: this line made it; `near`: the closest line around it that the file holds; `file`: no line is known. */
  readonly precision: "exact" | "near" | "file";
}
