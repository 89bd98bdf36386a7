import { builtin } from "../builtin.ts";
import { systemSentence } from "../errors.ts";
import { maxBytes } from "../reading/read-bytes.ts";
import { readRegular } from "../reading/read-regular.ts";

const { gunzipSync } = builtin("node:zlib");

/** The files in a packaged chart, in memory: nothing of it is written anywhere. */
export interface PackagedChart {
  /** From the chart's folder, as helm calls them: `templates/web.yaml`. */
  readonly names: Iterable<string>;
  /** Undefined for what is not in it, or not under a name that is understood here. */
  readonly textOf: (name: string) => string | undefined;
}

const block = 512;

/**
 * Reads the archive that `helm package` makes, for the lines of its templates, which helm does not tell. Before helm gets
 * it, since not every version of helm bounds what it unpacks. Otherwise the sentence says why not.
 */
export function readPackagedChart(path: string): PackagedChart | { readonly failure: string } {
  let bytes: Buffer;
  try {
    const packed = readRegular(path, maxBytes);
    if (typeof packed === "string") return { failure: `it ${packed}` };
    bytes = gunzipSync(packed, { maxOutputLength: maxBytes });
  } catch (cause) {
    switch ((cause as NodeJS.ErrnoException).code) {
      case "ERR_BUFFER_TOO_LARGE":
        return { failure: `it unpacks to more than ${maxBytes / 1024 / 1024} MiB, the most that is read` };
      case "Z_DATA_ERROR":
      case "Z_BUF_ERROR":
      case "Z_NEED_DICT":
        return { failure: "it is no packaged chart: not compressed by gzip, or damaged" };
      default:
        return { failure: `it ${systemSentence(cause)}` };
    }
  }
  const entries = regularFiles(bytes);
  return {
    names: entries.keys(),
    textOf(name) {
      const at = entries.get(name);
      return at === undefined ? undefined : bytes.toString("utf8", at.start, at.end);
    },
  };
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the regular files of a tar stand in it, by POSIX.1-1988 with the ustar prefix (pax and GNU extensions for names
 * beyond 256 characters are passed over: such a file has no known lines).
 */
function regularFiles(tar: Buffer): ReadonlyMap<string, Extent> {
  const found = new Map<string, Extent>();
  for (let at = 0; at + block <= tar.length;) {
    const size = Number.parseInt(text(tar, at + 124, 12), 8);
    if (!(size >= 0)) break;
    const start = at + block;
    const end = start + size;
    const type = String.fromCharCode(tar[at + 156] ?? 0);
    if ((type === "0" || type === "\0") && end <= tar.length) {
      const prefix = text(tar, at + 257, 5) === "ustar" ? text(tar, at + 345, 155) : "";
      const name = `${prefix === "" ? "" : `${prefix}/`}${text(tar, at, 100)}`.split("/").slice(1);
      // Helm takes the chart's own folder away, and refuses what leads out of it.
      if (!name.includes("..")) found.set(name.join("/"), { start, end });
    }
    at = start + Math.ceil(size / block) * block;
  }
  return found;
}

/** A field of a header, which may end with a NUL. */
const text = (tar: Buffer, start: number, length: number): string =>
  tar.toString("utf8", start, start + length).replace(/\0.*$/s, "");
