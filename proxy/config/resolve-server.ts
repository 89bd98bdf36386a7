import type { BackendConfig, HttpBackend, StdioBackend } from "./config.ts";
import type { ServerEntry } from "./config-file.ts";
import { defaultBackend } from "./default-config.ts";

/** A key of the entry, empty for the entry itself, and what is wrong with it. */
interface EntryProblem {
  readonly key: string;
  readonly message: string;
}

type Resolved<B> = { readonly backend: B } | { readonly problems: readonly EntryProblem[] };

const fail = (key: string, message: string): Resolved<never> => ({ problems: [{ key, message }] });

const onlyStdio = ["command", "args", "env", "cwd"] as const;
const onlyHttp = ["url", "headers"] as const;

/** An entry of `mcpServers` as a backend. */
export function resolveServer(name: string, entry: ServerEntry): Resolved<BackendConfig> {
  const { type, transport = type, command, url } = entry;
  if (type !== undefined && transport !== type)
    return fail("transport", `"type" says ${type} and "transport" says ${transport}: write one of them`);
  if (transport === "sse")
    return fail(
      type === undefined ? "transport" : "type",
      `the HTTP+SSE transport of 2024-11-05 is not spoken: most such servers also answer Streamable HTTP, often at /mcp; write "type": "http" and that URL`,
    );
  if (command !== undefined && url !== undefined)
    return fail("url", `"${name}" has a command and a url: it is one or the other`);
  if (command === undefined && url === undefined)
    return fail("", `"${name}" has neither "command" (a process on stdio) nor "url" (a Streamable HTTP server)`);
  const spoken = command === undefined ? "http" : "stdio";
  if (transport !== undefined && (transport === "stdio") !== (spoken === "stdio"))
    return fail("", `"${name}" is said to be ${transport} but has a ${command === undefined ? "url" : "command"}`);
  const foreign = (spoken === "stdio" ? onlyHttp : onlyStdio).filter((key) => entry[key] !== undefined);
  if (foreign.length > 0) {
    const other = spoken === "stdio" ? "a server with a url" : "a process";
    return { problems: foreign.map((key) => ({ key, message: `"${key}" is for ${other}; "${name}" is none` })) };
  }
  return command === undefined ? resolveHttp(name, entry) : { backend: resolveStdio(name, command, entry) };
}

function common(name: string, entry: ServerEntry): Pick<BackendConfig, keyof typeof defaultBackend | "name"> {
  return {
    name,
    required: entry.required ?? defaultBackend.required,
    connectTimeoutSeconds: entry.connectTimeout ?? defaultBackend.connectTimeoutSeconds,
    shutdownTimeoutSeconds: entry.shutdownTimeout ?? defaultBackend.shutdownTimeoutSeconds,
    idleTimeoutSeconds: entry.idleTimeout ?? defaultBackend.idleTimeoutSeconds,
    perSession: entry.perSession ?? defaultBackend.perSession,
    tools: entry.tools ?? defaultBackend.tools,
  };
}

function resolveStdio(name: string, command: string, entry: ServerEntry): StdioBackend {
  return {
    ...common(name, entry),
    transport: "stdio",
    command,
    args: entry.args ?? [],
    env: entry.env ?? {},
    cwd: entry.cwd,
  };
}

const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function resolveHttp(name: string, entry: ServerEntry): Resolved<HttpBackend> {
  const { headers = {} } = entry;
  const url = URL.canParse(entry.url ?? "") ? new URL(entry.url ?? "") : undefined;
  const problems: EntryProblem[] = [];
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    problems.push({ key: "url", message: `"url" of "${name}" must look like https://host/mcp` });
  else if (url.username !== "" || url.password !== "")
    problems.push({ key: "url", message: `"url" of "${name}" holds a user or password: put them into "headers"` });
  for (const [header, value] of Object.entries(headers)) {
    // The value is not told: it is likely a secret.
    if (!tokenPattern.test(header)) problems.push({ key: "headers", message: `"${header}" is no name of a header` });
    else if (/[\r\n\0]/.test(value))
      problems.push({
        key: "headers",
        message: `the value of the header "${header}" holds a line break: is there one at the end of its variable?`,
      });
  }
  return url === undefined || problems.length > 0
    ? { problems }
    : { backend: { ...common(name, entry), transport: "http", url, headers } };
}

/** The backend of `gracewarden-proxy -- COMMAND ARGS…`. */
export function commandBackend(command: string, args: readonly string[]): StdioBackend {
  return resolveStdio("default", command, { args });
}
