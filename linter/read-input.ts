import { relative, resolve, sep } from "node:path";
import { findFiles, type FoundFiles } from "./files.ts";
import { loadBytes, loadFile, maxBytes, unreadableFile, type FileNames, type LoadedFile } from "./load.ts";
import type { SkippedFile } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** All that a run is about, read. */
export interface Input {
  readonly files: readonly LoadedFile[];
  readonly context: readonly LoadedFile[];
  /** Links and devices that were met and left out. */
  readonly skipped: readonly SkippedFile[];
}

export interface InputOptions {
  readonly context: readonly string[];
  readonly strict: boolean;
  readonly stdinName: string;
  /** What `paths` of the configuration are relative to. */
  readonly configFolder: string;
}

/**
 * Finds and reads the files. One after the other: reading from a warm disk takes a small part of the time that parsing
 * takes, and so no more than one file's bytes are held.
 */
export async function readInput(paths: readonly string[], options: InputOptions, terminal: Terminal): Promise<Input> {
  const { cwd } = terminal;
  const files: LoadedFile[] = [];
  const named = paths.filter((path) => path !== "-");
  const found =
    named.length === 0 && paths.length > 0 ? nothingFound : findFiles(named.length === 0 ? ["."] : named, cwd);
  files.push(...(await readAll(found, options, cwd)));
  if (paths.includes("-")) {
    const names = { ...namesOf(options.stdinName, resolve(cwd, options.stdinName), options, true), path: undefined };
    const bytes = await readStdin(terminal);
    files.push(
      bytes === undefined
        ? unreadableFile(names, `is longer than ${maxBytes / 1024 / 1024} MiB`)
        : await loadBytes(names, bytes, options.strict),
    );
  }
  const around = options.context.length === 0 ? nothingFound : findFiles(options.context, cwd);
  const linted = new Set(found.files.map(({ path }) => path));
  const context = await readAll(
    { ...around, files: around.files.filter(({ path }) => !linted.has(path)) },
    options,
    cwd,
  );
  return { files, context, skipped: found.skipped };
}

const nothingFound: FoundFiles = { files: [], unreadable: [], skipped: [] };

async function readAll({ files, unreadable }: FoundFiles, options: InputOptions, cwd: string): Promise<LoadedFile[]> {
  const loaded = unreadable.map(({ file, message }) =>
    unreadableFile(namesOf(file, resolve(cwd, file), options, true), message),
  );
  for (const { file, path, named } of files)
    loaded.push(await loadFile({ ...namesOf(file, path, options, named), path }, options.strict));
  return loaded;
}

function namesOf(file: string, path: string, { configFolder }: InputOptions, named: boolean): FileNames {
  return { file, path, named, configFile: relative(configFolder, path).split(sep).join("/") };
}

async function readStdin({ stdin }: Terminal): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
