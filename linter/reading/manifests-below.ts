import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemSentence } from "../errors.ts";
import { ignoredFolders, manifestName } from "./files.ts";
import type { SkippedFile } from "../judging/report.ts";

/** The manifests below a folder, as a server reads them that goes on while others wait. */
export interface Below {
  /** Relative to the folder, with forward slashes, in the order of their names within a folder. */
  readonly files: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** There are more than were asked for, or more folders than are opened. */
  readonly isCut: boolean;
}

/** A home folder has more than a repository, and a search of it would never end. */
const mostFolders = 20_000;

/**
 * Finds .yaml, .yml and .json files, `most` at most, folder by folder so that the nearest come first. Links are not
 * followed: they could lead out of the folder, or in a circle.
 */
export async function manifestsBelow(folder: string, most: number): Promise<Below> {
  const files: string[] = [];
  const skipped: SkippedFile[] = [];
  const folders = [""];
  for (const under of folders) {
    let entries;
    try {
      entries = await readdir(join(folder, under), { withFileTypes: true });
    } catch (cause) {
      skipped.push({ file: under || ".", reason: systemSentence(cause) });
      continue;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const file = `${under}${entry.name}`;
      if (entry.isDirectory()) {
        if (ignoredFolders.has(entry.name)) continue;
        if (folders.length === mostFolders) return { files, skipped, isCut: true };
        folders.push(`${file}/`);
      } else if (manifestName.test(entry.name)) {
        if (!entry.isFile())
          skipped.push({ file, reason: entry.isSymbolicLink() ? "a symbolic link" : "not a regular file" });
        else if (files.length >= most) return { files, skipped, isCut: true };
        else files.push(file);
      }
    }
  }
  return { files, skipped, isCut: false };
}
