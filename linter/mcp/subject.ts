import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { programError, systemSentence } from "../errors.ts";
import { shownName } from "../reading/files.ts";
import { loadBytes, unreadableFile, type LoadedFile } from "../reading/load.ts";
import type { LoadedConfig } from "../configuration/load-config.ts";
import { manifestsBelow } from "../reading/manifests-below.ts";
import type { Input } from "../reading/read-input.ts";
import { readRegular } from "../reading/read-regular.ts";
import type { SkippedFile } from "../judging/report.ts";
import type { Session } from "./session.ts";

/** What a call is about: manifests on the server's disk, or one in the call itself. */
export interface Subject {
  readonly paths?: readonly string[];
  readonly manifest?: string;
  readonly filename: string;
  readonly context: readonly string[];
}

const mostFiles = 5000;
const mebi = 1024 * 1024;
const mostBytes = { file: 8 * mebi, call: 64 * mebi, manifest: 4 * mebi };

const paths = { type: "array", items: { type: "string", minLength: 1, maxLength: 4096 }, maxItems: 100 };

/** The arguments that say it, for the schemas of tools. */
export const subjectProperties = {
  paths: {
    ...paths,
    minItems: 1,
    description: "Files and folders of .yaml, .yml and .json, relative to the server's root. Either this or manifest.",
  },
  manifest: {
    type: "string",
    maxLength: mostBytes.manifest,
    description: "The text of a manifest, YAML or JSON, of one or more documents. Either this or paths.",
  },
  filename: {
    type: "string",
    minLength: 1,
    maxLength: 4096,
    default: "manifest.yaml",
    description: "What to call the manifest in findings, and for overrides by path.",
  },
  context: {
    ...paths,
    default: [],
    description:
      "More files and folders, read for relations between objects (which Services reach a pod) and not judged.",
  },
};

/** Reads what a call is about. No link is followed out of the root, nothing is rendered, no program is run. */
export async function readSubject(subject: Subject, session: Session, { folder }: LoadedConfig): Promise<Input> {
  const { manifest, filename } = subject;
  if ((subject.paths === undefined) === (manifest === undefined)) throw programError("no-subject");
  const reading = new Reading(session, folder);
  const files: LoadedFile[] = [];
  if (manifest !== undefined) {
    const configFile = shownName(folder, resolve(session.root, filename));
    files.push(
      await loadBytes({ file: filename, configFile, path: undefined, named: true }, Buffer.from(manifest), false),
    );
  }
  for (const path of subject.paths ?? []) files.push(...(await reading.read(path)));
  const { skipped } = reading;
  const context: LoadedFile[] = [];
  for (const path of subject.context) context.push(...(await reading.read(path)));
  return { files, context, skipped, failed: false };
}

/** What one call has read so far. */
class Reading {
  readonly #session: Session;
  readonly #configFolder: string;
  readonly #seen = new Set<string>();
  #bytes = 0;
  #skipped: readonly SkippedFile[] = [];

  constructor(session: Session, configFolder: string) {
    this.#session = session;
    this.#configFolder = configFolder;
  }

  /** Links and devices that were met and left out. */
  get skipped(): readonly SkippedFile[] {
    return this.#skipped;
  }

  async read(path: string): Promise<readonly LoadedFile[]> {
    const real = this.#session.inside(path);
    const shown = shownName(this.#session.root, resolve(this.#session.root, path));
    if (!statSync(real).isDirectory()) return this.#seen.has(real) ? [] : [await this.#file(path, real, shown, true)];
    const below = await manifestsBelow(real, mostFiles - this.#seen.size);
    if (below.isCut) throw programError("too-much", path, `${mostFiles} files`);
    const name = (file: string): string => (shown === "." ? file : `${shown}/${file}`);
    this.#skipped = [...this.#skipped, ...below.skipped.map(({ file, reason }) => ({ file: name(file), reason }))];
    const loaded: LoadedFile[] = [];
    for (const file of below.files) {
      const child = join(real, file);
      if (!this.#seen.has(child)) loaded.push(await this.#file(path, child, name(file), false));
    }
    return loaded;
  }

  async #file(asked: string, path: string, file: string, named: boolean): Promise<LoadedFile> {
    this.#seen.add(path);
    // Signals have their turn.
    if (this.#seen.size % 32 === 0) await new Promise((turn) => setImmediate(turn));
    if (this.#seen.size > mostFiles) throw programError("too-much", asked, `${mostFiles} files`);
    const names = { file, configFile: shownName(this.#configFolder, path), path, named };
    let bytes: Buffer | string;
    try {
      bytes = readRegular(path, mostBytes.file);
    } catch (cause) {
      return unreadableFile(names, systemSentence(cause));
    }
    if (typeof bytes === "string") return unreadableFile(names, bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > mostBytes.call) throw programError("too-much", asked, `${mostBytes.call / mebi} MiB`);
    return loadBytes(names, bytes, false);
  }
}
