import type { Document } from "../../policies/manifests/document.ts";
import type { Source, Span } from "../../policies/manifests/source.ts";
import type { Path } from "../../policies/path.ts";
import type { LoadedFile } from "../reading/load.ts";
import { regionOf, type Region } from "./positions.ts";
import type { WrittenPlace } from "../sources/rendering.ts";

/** A place in a file, and in the rendered text where the file holds a template or a part of what was judged. */
export interface Placement {
  readonly file: string;
  readonly region: Region;
  readonly rendered?: Rendered;
}

export interface Rendered {
  /** What prints the text. */
  readonly command: string;
  /** Where in that text. */
  readonly region: Region;
  readonly precision: WrittenPlace["precision"];
}

type LoadedText = Pick<LoadedFile, "file" | "rendering">;

/** Where a path of a document stands. */
export function placeInDocument(file: LoadedText, document: Document, at: Path): Placement {
  return place(file, document.source, document.locate(at, "key"), document, at);
}

/** Where a part of a file's text stands. */
export function place(
  { file, rendering }: LoadedText,
  source: Source,
  span: Span,
  document?: Document,
  at: Path = [],
): Placement {
  const region = regionOf(source, span);
  if (rendering === undefined) return { file, region };
  const written = rendering.writtenAt({ source, span, document, at });
  return {
    file: written.file,
    region: written.region,
    rendered: { command: rendering.command, region, precision: written.precision },
  };
}
