import { statSync } from "node:fs";
import { join } from "node:path";
import { loadBytes, type LoadedFile } from "../reading/load.ts";
import { manifestsBelow } from "../reading/manifests-below.ts";
import { readRegular } from "../reading/read-regular.ts";

const mebi = 1024 * 1024;
const most = { files: 5000, bytes: 32 * mebi, fileBytes: 2 * mebi };

interface Known {
  /** Changes when the file does. */
  readonly stamp: string;
  readonly size: number;
  readonly file: LoadedFile | undefined;
}

/** The manifests of a workspace folder as they are on the disk, read again only where they changed. */
export class ContextFiles {
  readonly #root: string;
  #known = new Map<string, Known>();
  #isStale = true;
  #isCut = false;

  constructor(root: string) {
    this.#root = root;
  }

  /** Something may have changed: look again when they are next asked for. */
  expire(): void {
    this.#isStale = true;
  }

  /** The folder holds more than is read. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** All that hold an object, without those at `open`, whose text the editor has. */
  async read(open: ReadonlySet<string>): Promise<readonly LoadedFile[]> {
    if (this.#isStale) await this.#refresh();
    return [...this.#known].flatMap(([path, { file }]) =>
      file === undefined || file.objects.length === 0 || open.has(path) ? [] : [file],
    );
  }

  async #refresh(): Promise<void> {
    this.#isStale = false;
    const { files, isCut } = await manifestsBelow(this.#root, most.files);
    const known = new Map<string, Known>();
    let bytes = 0;
    this.#isCut = isCut;
    for (const [index, name] of files.entries()) {
      // Requests have their turn.
      if (index % 32 === 31) await new Promise((turn) => setImmediate(turn));
      const path = join(this.#root, name);
      const read = await readAnew(path, name, this.#known.get(path));
      bytes += read.size;
      if (bytes > most.bytes) {
        this.#isCut = true;
        break;
      }
      known.set(path, read);
    }
    this.#known = known;
  }
}

/** What is known of a file, made anew where it changed. What cannot be read says nothing about others. */
async function readAnew(path: string, name: string, known: Known | undefined): Promise<Known> {
  try {
    const { mtimeMs, size } = statSync(path);
    const stamp = `${mtimeMs} ${size}`;
    if (known?.stamp === stamp) return known;
    const bytes = size > most.fileBytes ? "too large" : readRegular(path, most.fileBytes);
    if (typeof bytes === "string") return { stamp, size: 0, file: undefined };
    return { stamp, size, file: await loadBytes({ file: name, configFile: name, path, named: false }, bytes, false) };
  } catch {
    return { stamp: "", size: 0, file: undefined };
  }
}
