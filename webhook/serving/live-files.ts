import { createHash } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { systemReason } from "../../linter/command-line/system-reason.ts";

/** Something that is made of files and made again when they change. */
export interface Live<T> {
  readonly value: () => T;
  /** How often the files' content was taken, the first time included. */
  readonly generation: () => number;
  readonly changedAt: () => Date;
  /** Why the files, as they are now, were not taken; undefined where `value` is what they hold. */
  readonly problem: () => string | undefined;
}

export interface LiveFiles<T> extends Live<T> {
  readonly close: () => void;
}

type Reading<T> = { readonly value: T } | { readonly problem: string };

export interface LiveFilesOptions<T> {
  readonly files: readonly string[];
  /** Makes the value of the files' contents, in their order. */
  readonly read: (contents: readonly Buffer[]) => Reading<T> | Promise<Reading<T>>;
  /** Looks again after so long even where the folder's watcher says nothing: it may not work on every file system. */
  readonly pollSeconds: number;
  readonly now: () => Date;
  readonly onTaken: (value: T, generation: number) => void;
  readonly onRefused: (problem: string) => void;
}

/** What the folder's watcher says in a burst (a ConfigMap's update is four changes) is looked at once. */
const settleMilliseconds = 100;

/**
 * Reads files and keeps reading them. What cannot be used leaves the former value in place, and is told once for each
 * content. The result is `refused` where there is no first value.
 */
export async function liveFiles<T>(options: LiveFilesOptions<T>): Promise<LiveFiles<T> | { readonly refused: string }> {
  const { files, read, now, onTaken, onRefused } = options;
  const first = await load(files, read);
  if ("problem" in first.reading) return { refused: first.reading.problem };
  let { value } = first.reading;
  let { hash } = first;
  let generation = 1;
  let changedAt = now();
  let problem: string | undefined;
  let closed = false;
  const isClosed = (): boolean => closed;

  let looking = Promise.resolve();
  const look = (): void => {
    looking = looking.then(async () => {
      if (closed) return;
      const loaded = await load(files, read, hash);
      // Closed while it was being read.
      if (loaded.hash === hash || isClosed()) return;
      ({ hash } = loaded);
      if ("problem" in loaded.reading) {
        ({ problem } = loaded.reading);
        onRefused(problem);
        return;
      }
      ({ value } = loaded.reading);
      problem = undefined;
      generation += 1;
      changedAt = now();
      onTaken(value, generation);
    });
  };
  let settling: NodeJS.Timeout | undefined;
  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((folder) =>
    watchFolder(folder, () => {
      clearTimeout(settling);
      settling = setTimeout(look, settleMilliseconds);
    }),
  );
  const poll = setInterval(look, options.pollSeconds * 1000);
  return {
    value: () => value,
    generation: () => generation,
    changedAt: () => changedAt,
    problem: () => problem,
    close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(settling);
      for (const watcher of watchers) watcher.close();
    },
  };
}

interface Loaded<T> {
  readonly hash: string;
  readonly reading: Reading<T>;
}

/** Reads the files; content of `knownHash` is not made anything of. */
async function load<T>(
  files: readonly string[],
  read: LiveFilesOptions<T>["read"],
  knownHash?: string,
): Promise<Loaded<T>> {
  const contents: Buffer[] = [];
  for (const file of files) {
    try {
      contents.push(await readFile(file));
    } catch (error) {
      const problem = `${file} cannot be read: ${systemReason(error)}`;
      return { hash: problem, reading: { problem } };
    }
  }
  const hash = hashOf(contents);
  return { hash, reading: hash === knownHash ? { problem: "unchanged" } : await read(contents) };
}

function hashOf(contents: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${content.length}:`).update(content);
  return hash.digest("hex");
}

/** No watcher where the file system has none to give: polling goes on. */
function watchFolder(folder: string, onChange: () => void): FSWatcher[] {
  try {
    return [watch(folder, { persistent: false }, onChange).on("error", () => {})];
  } catch {
    return [];
  }
}
