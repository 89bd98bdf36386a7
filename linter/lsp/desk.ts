import { pathToFileURL } from "node:url";
import {
  MessageType,
  ShowMessageNotification,
  type ShowMessageParams,
  type Connection,
  type Diagnostic,
  type TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { printable } from "../color.ts";
import { tellCrashes } from "../reporters/tell-crashes.ts";
import type { Output } from "../terminal.ts";
import { configDiagnostics, diagnosticOf } from "./diagnostics.ts";
import { pathOfUri, type Folder, type Folders } from "./folders.ts";
import { judgeDocuments, type JudgedDocument } from "./judge-documents.ts";

export interface DeskOptions {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly folders: Folders;
  readonly now: () => Date;
  readonly stderr: Output;
}

/** Typing goes on; a judgement waits until it rests. */
const debounceMilliseconds = 150;

/** So long a folder's files are taken to be unchanged where the editor does not tell. */
const unwatchedMilliseconds = 2000;

/** By URI. */
type Shown = Map<string, readonly Diagnostic[]>;

/** Judges the open documents when something changed, and shows what was found. */
export class Desk {
  /** The editor says when files change. */
  isTold = false;
  readonly #around: DeskOptions;
  #judged: ReadonlyMap<string, JudgedDocument> = new Map();
  /** Where something is shown, so that it can be taken away. */
  #shown = new Set<string>();
  readonly #said = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #running: Promise<void> = Promise.resolve();
  #lookedAt = 0;

  constructor(around: DeskOptions) {
    this.#around = around;
  }

  /** Judges soon. */
  schedule(): void {
    this.#isDue = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#judge(), debounceMilliseconds);
  }

  /** Judges soon, and looks at the files anew. */
  refresh(): void {
    this.#around.folders.expire();
    this.schedule();
  }

  close(uri: string): void {
    this.#show(uri, undefined, []);
    this.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The document as it stands now, judged; undefined for one that is no manifest. */
  async judged(uri: string): Promise<JudgedDocument | undefined> {
    await this.#running;
    while (this.#isDue) await this.#judge();
    return this.#judged.get(uri);
  }

  #judge(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isDue = false;
    this.#running = this.#running.then(() => this.#judgeAll()).catch((error: unknown) => this.#tellDefect(error));
    return this.#running;
  }

  async #judgeAll(): Promise<void> {
    const { documents, folders, now } = this.#around;
    const began = now().getTime();
    if (!this.isTold && began - this.#lookedAt > unwatchedMilliseconds) {
      folders.expire();
      this.#lookedAt = began;
    }
    // What is typed from here on belongs to the next judgement.
    const open = documents.all().map(snapshot);
    const judged = new Map<string, JudgedDocument>();
    const shown: Shown = new Map(open.map(({ uri }) => [uri, []]));
    for (const [folder, inside] of Map.groupBy(open, ({ uri }) => folders.of(uri)))
      for (const one of await this.#judgeFolder(folder, inside, shown)) judged.set(one.document.uri, one);
    for (const [uri, { findings }] of judged) shown.set(uri, findings.map(diagnosticOf));
    for (const uri of this.#shown) if (!shown.has(uri)) this.#show(uri, undefined, []);
    const versions = new Map(open.map(({ uri, version }) => [uri, version]));
    for (const [uri, diagnostics] of shown) this.#show(uri, versions.get(uri), diagnostics);
    this.#judged = judged;
    this.#shown = new Set(shown.keys());
  }

  async #judgeFolder(
    { root, config, context }: Folder,
    documents: readonly TextDocument[],
    shown: Shown,
  ): Promise<readonly JudgedDocument[]> {
    const { now, stderr } = this.#around;
    const open = new Set(this.#around.documents.all().flatMap(({ uri }) => pathOfUri(uri) ?? []));
    const reading = await config.read(now());
    if (reading.problem !== undefined && reading.path !== undefined) {
      shown.set(pathToFileURL(reading.path).href, configDiagnostics(reading.problem));
      this.#sayOnce(reading.problem, "error");
    }
    for (const note of reading.notes) this.#sayOnce(note, "warn");
    // Without any configuration that can be read, nobody knows what to report.
    if (reading.config === undefined) return [];
    const files = (await context?.read(open)) ?? [];
    if (context?.isCut === true)
      this.#sayOnce(`${root} holds more manifests than are read for relations: open a smaller folder`, "warn");
    const { judged, crashes } = await judgeDocuments(documents, files, reading.config, now());
    const isNew = crashes.filter(({ rule }) => !this.#said.has(rule));
    for (const { rule } of isNew) this.#said.add(rule);
    tellCrashes({ crashes: isNew }, { stderr });
    return judged;
  }

  #show(uri: string, version: number | undefined, diagnostics: readonly Diagnostic[]): void {
    const params = { uri, ...(version === undefined ? {} : { version }), diagnostics: [...diagnostics] };
    this.#around.connection.sendDiagnostics(params).catch(clientIsGone);
  }

  #sayOnce(text: string, level: "error" | "warn"): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    const type = level === "error" ? MessageType.Error : MessageType.Warning;
    // A notification: the connection's own methods wait for an answer.
    const params: ShowMessageParams = { type, message: `gracewarden: ${printable(text)}` };
    this.#around.connection.sendNotification(ShowMessageNotification.type, params).catch(clientIsGone);
  }

  #tellDefect(error: unknown): void {
    const stack = error instanceof Error ? error.stack : String(error);
    this.#around.stderr.write(`gracewarden: this is a defect of gracewarden, please report it\n${stack}\n`);
  }
}

/** That ends the server anyway. */
const clientIsGone = (): void => {};

const snapshot = (document: TextDocument): TextDocument =>
  TextDocument.create(document.uri, document.languageId, document.version, document.getText());
