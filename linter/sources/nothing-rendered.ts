import { unreadableFile, type FileNames, type LoadedFile } from "../reading/load.ts";

/** A file of which nothing of its own is judged, and why. */
export function nothingRendered(names: FileNames, reason: string): LoadedFile {
  const source = { name: names.file, text: "" };
  return {
    ...unreadableFile(names, reason),
    unreadable: undefined,
    manifest: {
      source,
      documents: [],
      problems: [],
      notRelevant: new Map(),
      skipped: [{ reason, span: { start: 0, end: 0 } }],
    },
  };
}
