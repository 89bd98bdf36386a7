import type { LoadedFile } from "./load.ts";
import { regionOf } from "./positions.ts";

/** What of a file could not be read, `web.yaml:3 …`, a sentence each. */
export function readingProblems({ file, unreadable, manifest, problems }: LoadedFile): readonly string[] {
  return [
    ...(unreadable === undefined ? [] : [`${file} ${unreadable}`]),
    ...(manifest === undefined
      ? []
      : manifest.problems.map(({ message, span }) => `${file}:${regionOf(manifest.source, span).line} ${message}`)),
    ...problems.map(
      ({ message, document, at }) => `${file}:${regionOf(document.source, document.locate(at, "key")).line} ${message}`,
    ),
  ];
}
