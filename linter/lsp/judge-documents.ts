import type { TextDocument } from "vscode-languageserver-textdocument";
import { shownName } from "../reading/files.ts";
import { judgeInput } from "../judging/judge-input.ts";
import { loadBytes, unreadableFile, type LoadedFile } from "../reading/load.ts";
import type { LoadedConfig } from "../configuration/load-config.ts";
import type { Input } from "../reading/read-input.ts";
import type { PlacedFinding, Report } from "../judging/report.ts";
import { withUnwritable } from "../fixing/unwritable.ts";
import { pathOfUri } from "./folders.ts";

/** An open manifest as it was judged. */
export interface JudgedDocument {
  /** In the version that was judged. */
  readonly document: TextDocument;
  readonly file: LoadedFile;
  readonly findings: readonly PlacedFinding[];
  /** Judges it again, in a text of its own, among the same others. */
  readonly input: Input;
  readonly judge: (input: Input) => Report;
}

const mostCharacters = 4 * 1024 * 1024;

/** Judges the open manifests (in a version that stays) of a folder as one set with the folder's other files. */
export async function judgeDocuments(
  documents: readonly TextDocument[],
  context: readonly LoadedFile[],
  { config, folder }: LoadedConfig,
  now: Date,
): Promise<{ readonly judged: readonly JudgedDocument[]; readonly crashes: Report["crashes"] }> {
  const open: { document: TextDocument; file: LoadedFile }[] = [];
  for (const document of documents) {
    const { uri } = document;
    const text = document.getText();
    const path = pathOfUri(uri);
    // The file's name is what findings are known by again.
    const names = { file: uri, configFile: path === undefined ? uri : shownName(folder, path), path, named: false };
    const file =
      text.length > mostCharacters
        ? unreadableFile(
            names,
            `is larger than ${mostCharacters / 1024 / 1024} MiB, the most that is judged while it is open`,
          )
        : await loadBytes(names, Buffer.from(text), false);
    if (file.objects.length > 0 || mayBeManifest.test(text)) open.push({ document, file });
  }
  const judge = (input: Input): Report => judgeInput(input, config, now);
  const files = open.map(({ file }) => file);
  const report = await withUnwritable(judge({ files, context, skipped: [], failed: false }));
  const found = Map.groupBy(report.findings, ({ file }) => file);
  return {
    judged: open.map(({ document, file }) => ({
      document,
      file,
      findings: (found.get(file.file) ?? []).filter(({ waived }) => waived === undefined),
      input: {
        files: [file],
        context: [...files.filter((other) => other !== file), ...context],
        skipped: [],
        failed: false,
      },
      judge,
    })),
    crashes: report.crashes,
  };
}

/** Of YAML that cannot be read, only what looks like a manifest is ours to complain about. */
const mayBeManifest = /^["'{\s]*(?:apiVersion|kind)["']?\s*:/m;
