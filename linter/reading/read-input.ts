import { resolve } from "node:path";
import { besideLinted, withoutLinted } from "./beside-linted.ts";
import { findFiles, isArchive, shownName, type FoundFile, type FoundFiles } from "./files.ts";
import { loadBytes, loadFile, unreadableFile, type LoadedFile } from "./load.ts";
import type { Progress } from "./progress.ts";
import { fileReader, maxBytes, tooLarge } from "./read-bytes.ts";
import type { SkippedFile } from "../judging/report.ts";
import { isWanted, unasked } from "../sources/left-as-written.ts";
import { nothingRendered } from "../sources/nothing-rendered.ts";
import { chartOption, type RenderOptions } from "../sources/render-options.ts";
import type { RenderedRun } from "../sources/render-sources.ts";
import type { RenderedSources } from "../sources/render-outcome.ts";
import type { Terminal } from "../terminal.ts";

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
  const around = options.context.length === 0 ? nothingFound : besideLinted(findFiles(options.context, cwd), found);
  const sources = await readSources(found, around, options, terminal);
  const files = await readAll(found, options, terminal, sources?.linted);
  if (paths.includes("-")) {
    const configFile = configNames(options.configFolder, cwd)(options.stdinName, resolve(cwd, options.stdinName));
    const names = { file: options.stdinName, configFile, path: undefined, named: true };
    const bytes = await readStdin(terminal);
    files.push(bytes === undefined ? unreadableFile(names, tooLarge) : await loadBytes(names, bytes, options.strict));
  }
  const context = await readAll(around, options, terminal, sources?.context);
  const failed = sources !== undefined && (sources.linted.failed || sources.context.failed);
  return { files, context: withoutLinted(context, files, found), skipped: found.skipped, failed };
}

const nothingFound: FoundFiles = { files: [], unreadable: [], skipped: [], renderable: [] };

/** Most runs have nothing to render, and need not know how. */
async function readSources(
  found: FoundFiles,
  around: FoundFiles,
  { render, strict, configFolder, progress }: InputOptions,
  terminal: Terminal,
): Promise<RenderedRun | undefined> {
  if (render === undefined) return undefined;
  const all = [...found.renderable, ...around.renderable];
  if (chartOption(render) === undefined && !all.some((one) => isWanted(one, render))) {
    const nothing = { files: [], judged: new Set<FoundFile>(), failed: false };
    return {
      linted: { ...nothing, explain: unasked(found.renderable, render).explain },
      context: { ...nothing, explain: (file) => file },
    };
  }
  const { renderSources } = await import("../sources/render-sources.ts");
  const reading = { strict, configName: configNames(configFolder, terminal.cwd), progress };
  return renderSources(found, around, render, reading, terminal);
}

/** Reads what is judged as it is written, and adds what was rendered. */
async function readAll(
  { files, unreadable }: FoundFiles,
  options: InputOptions,
  terminal: Terminal,
  rendered?: RenderedSources,
): Promise<LoadedFile[]> {
  const { cwd } = terminal;
  const nameIn = configNames(options.configFolder, cwd);
  const loaded = unreadable.map(({ file, message }) => {
    const path = resolve(cwd, file);
    return unreadableFile({ file, path, named: true, configFile: nameIn(file, path) }, message);
  });
  const reader = fileReader();
  let characters = 0;
  const asWritten = rendered === undefined ? files : files.filter((file) => !rendered.judged.has(file));
  for (const [index, { file, path, named }] of asWritten.entries()) {
    const names = { file, path, named, configFile: nameIn(file, path) };
    const read = isArchive(path)
      ? nothingRendered(names, "packaged chart")
      : await loadFile(names, reader, options.strict);
    loaded.push(rendered === undefined ? read : rendered.explain(read));
    characters += read.manifest?.source.text.length ?? 0;
    terminal.hasRead(characters);
    options.progress?.tell(() => `reading: ${index + 1} of ${asWritten.length} files`);
  }
  loaded.push(...(rendered?.files ?? []));
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
