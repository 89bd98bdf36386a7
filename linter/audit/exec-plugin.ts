import { dirname, resolve } from "node:path";
import { isRecord } from "../../policies/record.ts";
import { valueAt } from "../../policies/path.ts";
import { printable } from "../color.ts";
import type { ProgramError } from "../command-line/program-error.ts";
import { programError } from "../errors.ts";
import { findProgram } from "../sources/program.ts";
import type { Terminal } from "../terminal.ts";
import { runPlugin } from "./run-plugin.ts";

/** The versions of the protocol (client.authentication.k8s.io) that Kubernetes still has. */
const versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

/** What a kubeconfig says about a program that makes credentials. */
export interface ExecPlugin {
  /** The `exec` of a user. */
  readonly exec: Readonly<Record<string, unknown>>;
  readonly user: string;
  /** The kubeconfig, which relative commands are relative to. */
  readonly file: string;
  /** For a plugin that asks for it: the cluster as its protocol has it. */
  readonly cluster: object;
}

export interface PluginCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** As the plugin wrote it. */
  readonly expires: string | undefined;
}

/** Asks a plugin for a credential, as client-go does; throws a ProgramError that names it where it gives none. */
export async function askPlugin(
  plugin: ExecPlugin,
  terminal: Pick<Terminal, "cwd" | "env" | "stderr">,
  seconds?: number,
): Promise<PluginCredential> {
  const { exec, cluster } = plugin;
  const { apiVersion, command } = exec;
  if (typeof command !== "string" || command === "")
    throw programError("no-cluster", `user "${plugin.user}" of the kubeconfig has an exec without a command`);
  if (typeof apiVersion !== "string" || !versions.includes(apiVersion))
    throw failed(
      plugin,
      `speaks ${String(apiVersion)}, which kubectl does not take either: have the entry written anew, for ${versions.join(" or ")}`,
    );
  if (exec["interactiveMode"] === "Always")
    throw failed(
      plugin,
      "wants a terminal to ask for something (interactiveMode: Always), which an audit does not give",
    );
  const path = programOf(command, plugin.file, terminal);
  if (path === undefined) throw failed(plugin, "is not on the PATH");
  const spec = { interactive: false, ...(exec["provideClusterInfo"] === true && { cluster }) };
  const env = {
    ...terminal.env,
    ...Object.fromEntries(
      listOf(exec["env"]).flatMap((each) => (isRecord(each) ? [[String(each["name"]), String(each["value"])]] : [])),
    ),
    KUBERNETES_EXEC_INFO: JSON.stringify({ kind: "ExecCredential", apiVersion, spec }),
  };
  const output = await runPlugin(path, listOf(exec["args"]).map(String), { ...terminal, env }, seconds);
  if ("failure" in output) throw failed(plugin, output.failure);
  return credentialIn(output.stdout, plugin);
}

/** The sentence never quotes what was printed: it may hold a part of a credential. */
function credentialIn(text: string, plugin: ExecPlugin): PluginCredential {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw failed(plugin, text.trim() === "" ? "printed nothing" : "printed something that is no JSON");
  }
  if (valueAt(answer, ["kind"]) !== "ExecCredential") throw failed(plugin, "printed JSON that is no ExecCredential");
  const [token, certificate, key, expires] = [
    "token",
    "clientCertificateData",
    "clientKeyData",
    "expirationTimestamp",
  ].map((name) => {
    const value = valueAt(answer, ["status", name]);
    return typeof value === "string" && value !== "" ? value : undefined;
  });
  if ((certificate === undefined) !== (key === undefined))
    throw failed(plugin, "gave a certificate and its key not together");
  if (token === undefined && certificate === undefined) throw failed(plugin, "gave neither a token nor a certificate");
  return { token, certificate, key, expires };
}

/** A path is relative to the kubeconfig, a bare name is looked for on the PATH. */
const programOf = (command: string, file: string, terminal: Pick<Terminal, "env">): string | undefined =>
  /[/\\]/.test(command) ? resolve(dirname(file), command) : findProgram(command, terminal);

function failed({ exec, user }: ExecPlugin, why: string): ProgramError {
  const hint = exec["installHint"];
  const sentence = typeof hint === "string" && hint.trim() !== "" ? `\n${hint.trim()}` : "";
  return programError(
    "credential-plugin",
    printable(String(exec["command"])),
    printable(user),
    printable(`${why}${sentence}`),
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
