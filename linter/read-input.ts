import { resolve } from "node:path";
import { findFiles, shownName, type FoundFiles } from "./files.ts";
import { loadBytes, loadFile, unreadableFile, type LoadedFile } from "./load.ts";
import type { Progress } from "./progress.ts";
import { fileReader, maxBytes, tooLarge } from "./read-bytes.ts";
import type { SkippedFile } from "./report.ts";
import { isWanted, unasked } from "./sources/left-as-written.ts";
import { chartOption, type RenderOptions } from "./sources/render-options.ts";
import type { RenderedSources } from "./sources/render-sources.ts";
import type { Terminal } from "./terminal.ts";

/** All that a run is about, read. */
export interface Input {
  readonly files: readonly LoadedFile[];
  readonly context: readonly LoadedFile[];
  /** Links and devices that were met and left out. */
  readonly skipped: readonly SkippedFile[];
  /** A chart or kustomization that should have been rendered was not, as stderr was told: the run is not whole. */
  readonly failed: boolean;
}

export interface InputOptions {
  readonly context: readonly string[];
  readonly strict: boolean;
  readonly stdinName: string;
  /** What `paths` of the configuration are relative to. */
  readonly configFolder: string;
  /** Without it no program is started: charts and kustomizations are read as they are written. */
  readonly render?: RenderOptions;
  readonly progress?: Progress;
}

/**
 * Finds and reads the files. One after the other: reading from a warm disk takes a small part of the time that parsing
 * takes, and so no more than one file's bytes are held.
 */
export async function readInput(paths: readonly string[], options: InputOptions, terminal: Terminal): Promise<Input> {
  const { cwd } = terminal;
  const named = paths.filter((path) => path !== "-");
  const found =
    named.length === 0 && paths.length > 0 ? nothingFound : findFiles(named.length === 0 ? ["."] : named, cwd);
  const sources = await readSources(found, options, terminal);
  const unrendered =
    sources === undefined ? found : { ...found, files: found.files.filter((file) => !sources.judged.has(file)) };
  const files = await readAll(unrendered, options, terminal, sources?.explain);
  if (sources !== undefined) files.push(...sources.files);
  if (paths.includes("-")) {
    const configFile = configNames(options.configFolder, cwd)(options.stdinName, resolve(cwd, options.stdinName));
    const names = { file: options.stdinName, configFile, path: undefined, named: true };
    const bytes = await readStdin(terminal);
    files.push(bytes === undefined ? unreadableFile(names, tooLarge) : await loadBytes(names, bytes, options.strict));
  }
  const around = options.context.length === 0 ? nothingFound : findFiles(options.context, cwd);
  const linted = new Set(found.files.map(({ path }) => path));
  const context = await readAll(
    { ...around, files: around.files.filter(({ path }) => !linted.has(path)) },
    options,
    terminal,
  );
  return { files, context, skipped: found.skipped, failed: sources?.failed === true };
}

const nothingFound: FoundFiles = { files: [], unreadable: [], skipped: [], renderable: [] };

/** Most runs have nothing to render, and need not know how. */
async function readSources(
  found: FoundFiles,
  { render, strict, configFolder }: InputOptions,
  terminal: Terminal,
): Promise<RenderedSources | undefined> {
  if (render === undefined) return undefined;
  if (chartOption(render) === undefined && !found.renderable.some((one) => isWanted(one, render)))
    return { files: [], judged: new Set(), failed: false, explain: unasked(found.renderable, render).explain };
  const { renderSources } = await import("./sources/render-sources.ts");
  return renderSources(found, render, { strict, configName: configNames(configFolder, terminal.cwd) }, terminal);
}

async function readAll(
  { files, unreadable }: FoundFiles,
  options: InputOptions,
  terminal: Terminal,
  explain: RenderedSources["explain"] = (file) => file,
): Promise<LoadedFile[]> {
  const { cwd } = terminal;
  const nameIn = configNames(options.configFolder, cwd);
  const loaded = unreadable.map(({ file, message }) => {
    const path = resolve(cwd, file);
    return unreadableFile({ file, path, named: true, configFile: nameIn(file, path) }, message);
  });
  const reader = fileReader();
  let characters = 0;
  for (const [index, { file, path, named }] of files.entries()) {
    const read = await loadFile({ file, path, named, configFile: nameIn(file, path) }, reader, options.strict);
    loaded.push(explain(read));
    characters += read.manifest?.source.text.length ?? 0;
    terminal.hasRead(characters);
    options.progress?.tell(() => `reading: ${index + 1} of ${files.length} files`);
  }
  return loaded;
}

/** How the configuration calls a file: from its own folder, which mostly is the working folder. */
function configNames(configFolder: string, cwd: string): (file: string, path: string) => string {
  return configFolder === cwd ? (file) => file : (_file, path) => shownName(configFolder, path);
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
