import {
  createConnection,
  DidChangeWatchedFilesNotification,
  TextDocuments,
  TextDocumentSyncKind,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver";
import { createProtocolConnection } from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { LspOptions } from "../commands/lsp.ts";
import type { Terminal } from "../terminal.ts";
import { version } from "../command-line/version.ts";
import { codeActionKinds, codeActionsAt, wrapEdits } from "./code-actions.ts";
import { Desk } from "./desk.ts";
import { Folders } from "./folders.ts";
import { hoverAt } from "./hover.ts";

/** The `lsp` command once its arguments are read. Serves until the editor says `exit`, goes away or sends a signal. */
export async function serveLsp(options: LspOptions, terminal: Terminal): Promise<number> {
  const { input, output, told, now } = terminal.service();
  let isShutDown = false;
  const ended = Promise.withResolvers<number>();
  const connection = createConnection((logger) => createProtocolConnection(input, output, logger), {
    initialize() {},
    exit: ended.resolve,
    get shutdownReceived() {
      return isShutDown;
    },
    set shutdownReceived(value) {
      isShutDown = value;
    },
  });
  // The protocol asks for 1 where `shutdown` did not come first.
  input.once("end", () => ended.resolve(isShutDown ? 0 : 1));
  output.on("error", () => ended.resolve(isShutDown ? 0 : 1));
  told.addEventListener("abort", () => ended.resolve(0), { once: true });

  const documents = new TextDocuments(TextDocument);
  const folders = new Folders({ file: options.config, none: options["no-config"] }, terminal.cwd);
  const desk = new Desk({ connection, documents, folders, now, stderr: terminal.stderr });
  let client: InitializeParams["capabilities"] = {};

  connection.onInitialize((params): InitializeResult => {
    client = params.capabilities;
    // oxlint-disable-next-line no-deprecated -- older editors tell this alone
    const root = params.rootUri;
    const named = params.workspaceFolders ?? (root === null ? [] : [{ uri: root }]);
    for (const { uri } of named) folders.add(uri);
    return {
      serverInfo: { name: "gracewarden", version },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        codeActionProvider: { codeActionKinds },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });
  connection.onInitialized(() => {
    if (client.workspace?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) folders.remove(uri);
        for (const { uri } of added) folders.add(uri);
        desk.refresh();
      });
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
      const watchers = [{ globPattern: "**/*.{yaml,yml,json}" }];
      connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).then(
        () => (desk.isTold = true),
        () => {}, // then it is looked at from time to time
      );
    }
  });
  connection.onDidChangeWatchedFiles(() => desk.refresh());
  documents.onDidChangeContent(() => desk.schedule());
  documents.onDidSave(() => desk.refresh());
  documents.onDidClose(({ document }) => desk.close(document.uri));

  connection.onHover(async ({ textDocument, position }) => {
    const judged = await desk.judged(textDocument.uri);
    return judged === undefined ? null : (hoverAt(judged, position) ?? null);
  });
  connection.onCodeAction(async ({ textDocument, range, context }) => {
    const judged = await desk.judged(textDocument.uri);
    const wrap = wrapEdits(client.workspace?.workspaceEdit?.documentChanges === true);
    return judged === undefined ? [] : codeActionsAt(judged, range, context, wrap);
  });

  documents.listen(connection);
  connection.listen();
  const code = await ended.promise;
  desk.stop();
  return code;
}
