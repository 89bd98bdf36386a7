import type { LoadedFile } from "./load.ts";
import { place, placeInDocument, type Placement } from "../judging/placement.ts";

/** What of a file could not be read, `web.yaml:3 …`, a sentence each. */
export function readingProblems(loaded: LoadedFile): readonly string[] {
  const { file, unreadable, manifest, problems } = loaded;
  return [
    ...(unreadable === undefined ? [] : [`${file} ${unreadable}`]),
    ...(manifest === undefined
      ? []
      : manifest.problems.map(({ message, span }) => `${shown(place(loaded, manifest.source, span))} ${message}`)),
    ...problems.map(({ message, document, at }) => `${shown(placeInDocument(loaded, document, at))} ${message}`),
  ];
}

const shown = ({ file, region }: Placement): string => `${file}:${region.line}`;
