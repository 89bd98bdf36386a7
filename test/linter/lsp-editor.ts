import { spawn, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
  createProtocolConnection,
  type CodeAction,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type MarkupContent,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";

const bin = resolve("dist/gracewarden.cjs");

/** An editor with one window: it opens documents, types into them and takes what the server shows. */
export class Editor {
  readonly server: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly messages: string[] = [];
  readonly registered: string[] = [];
  stderr = "";
  initialized: InitializeResult | undefined;
  readonly #cwd: string;
  readonly #documents = new Map<string, TextDocument>();
  readonly #shown = new Map<string, PublishDiagnosticsParams>();
  readonly #waiting = new Set<() => void>();

  constructor(cwd: string, args: readonly string[] = []) {
    this.#cwd = cwd;
    this.server = spawn(process.execPath, [bin, "lsp", ...args], { cwd });
    onTestFinished(() => void this.server.kill("SIGKILL"));
    this.server.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    const { stdout, stdin } = this.server;
    if (stdout === null || stdin === null) throw new Error("the server has no pipes");
    stdin.on("error", () => {});
    this.connection = createProtocolConnection(stdout, stdin);
    this.connection.onNotification("textDocument/publishDiagnostics", (shown: PublishDiagnosticsParams) => {
      this.#shown.set(shown.uri, shown);
      for (const look of this.#waiting) look();
    });
    this.connection.onNotification("window/showMessage", ({ message }: { message: string }) => {
      this.messages.push(message);
    });
    this.connection.onRequest(
      "client/registerCapability",
      ({ registrations }: { registrations: { method: string }[] }) => {
        this.registered.push(...registrations.map(({ method }) => method));
        return null;
      },
    );
    this.connection.onError(() => {});
    this.connection.listen();
  }

  /** Starts a server in a workspace folder that is `cwd`; the editor tells of changed files if `watches`. */
  static async start(cwd: string, { watches = true, folders = [cwd], args = [] as string[] } = {}): Promise<Editor> {
    const editor = new Editor(cwd, args);
    editor.initialized = await editor.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: folders.map((path) => ({ uri: pathToFileURL(path).href, name: "test" })),
      capabilities: {
        workspace: {
          workspaceFolders: true,
          workspaceEdit: { documentChanges: true },
          ...(watches ? { didChangeWatchedFiles: { dynamicRegistration: true } } : {}),
        },
      },
    });
    await editor.connection.sendNotification("initialized", {});
    return editor;
  }

  uri(file: string): string {
    return file.includes(":") ? file : pathToFileURL(join(this.#cwd, file)).href;
  }

  textOf(file: string): string {
    return this.#document(file).getText();
  }

  open(file: string, text: string): void {
    const uri = this.uri(file);
    this.#documents.set(uri, TextDocument.create(uri, "yaml", 1, text));
    this.#notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
  }

  /** Replaces the first place that reads `old`; without one, all of the text. */
  type(file: string, old: string | undefined, text: string): void {
    const document = this.#document(file);
    const start = old === undefined ? 0 : document.getText().indexOf(old);
    if (start === -1) throw new Error(`${file} does not hold "${old}"`);
    const end = start + (old ?? document.getText()).length;
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    this.#change(document, [{ range, text }]);
  }

  close(file: string): void {
    this.#documents.delete(this.uri(file));
    this.#notify("textDocument/didClose", { textDocument: { uri: this.uri(file) } });
  }

  /** Says that files were written by somebody else. */
  tellOfFiles(...files: string[]): void {
    this.#notify("workspace/didChangeWatchedFiles", {
      changes: files.map((file) => ({ uri: this.uri(file), type: 2 })),
    });
  }

  /** What is shown for the text as it is now. */
  async diagnostics(file: string): Promise<readonly Diagnostic[]> {
    const uri = this.uri(file);
    const version = this.#documents.get(uri)?.version;
    await this.until(() => this.#shown.has(uri) && this.#shown.get(uri)?.version === version);
    return this.#shown.get(uri)?.diagnostics ?? [];
  }

  /** What is shown by now. */
  shown(file: string): readonly Diagnostic[] {
    return this.#shown.get(this.uri(file))?.diagnostics ?? [];
  }

  /** Waits until something holds, which is looked at whenever the server shows something. */
  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((done) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        done();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The hover's text over the first place that reads `word`. */
  async hover(file: string, word: string): Promise<string | undefined> {
    const { start } = this.rangeOf(file, word);
    const hover = await this.connection.sendRequest<Hover | null>("textDocument/hover", {
      textDocument: { uri: this.uri(file) },
      position: start,
    });
    return (hover?.contents as MarkupContent | undefined)?.value;
  }

  async actions(file: string, range: Range, only?: readonly string[]): Promise<readonly CodeAction[]> {
    return this.connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri: this.uri(file) },
      range,
      context: { diagnostics: this.shown(file), ...(only === undefined ? {} : { only }) },
    });
  }

  /** What an action makes of the document's text. */
  apply(file: string, { edit }: CodeAction): string {
    const uri = this.uri(file);
    const document = this.#document(file);
    const [change] = edit?.documentChanges ?? [];
    if (change === undefined || !("edits" in change)) throw new Error("the action has no edits");
    const { textDocument, edits } = change;
    if (textDocument.uri !== uri || textDocument.version !== document.version) throw new Error("edits of another text");
    return TextDocument.applyEdits(
      document,
      edits.map((one) => {
        if (!("newText" in one)) throw new Error("the action has snippets");
        return one;
      }),
    );
  }

  rangeOf(file: string, word: string): Range {
    const document = this.#document(file);
    const start = document.getText().indexOf(word);
    if (start === -1) throw new Error(`${file} does not hold "${word}"`);
    return { start: document.positionAt(start), end: document.positionAt(start + word.length) };
  }

  whole(file: string): Range {
    const document = this.#document(file);
    return { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
  }

  ended(): Promise<{ code: number | null; signal: string | null }> {
    return new Promise((done) => this.server.on("exit", (code, signal) => done({ code, signal })));
  }

  #change(document: TextDocument, changes: { range: Range; text: string }[]): void {
    const version = document.version + 1;
    TextDocument.update(document, changes, version);
    this.#notify("textDocument/didChange", { textDocument: { uri: document.uri, version }, contentChanges: changes });
  }

  #document(file: string): TextDocument {
    const document = this.#documents.get(this.uri(file));
    if (document === undefined) throw new Error(`${file} is not open`);
    return document;
  }

  #notify(name: string, params: object): void {
    // A server that is gone is seen by what it does not show.
    this.connection.sendNotification(name, params).catch(() => {});
  }
}
