import { dirname, resolve } from "node:path";
import type { User } from "@kubernetes/client-node";
import { isRecord } from "../../policies/record.ts";
import { builtin } from "../builtin.ts";
import type { ProgramError } from "../command-line/program-error.ts";
import { programError, systemSentence } from "../errors.ts";
import type { Terminal } from "../terminal.ts";
import { askPlugin } from "./exec-plugin.ts";
import { providedToken } from "./provided-token.ts";

const { readFileSync } = builtin("node:fs");
const { createSecureContext } = builtin("node:tls");

/** A user of a kubeconfig as it is written there. */
export interface KubeUser {
  readonly name: string;
  /** The kubeconfig, which its paths are relative to. */
  readonly file: string;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** What an API server is shown; `origin` says where a token comes from that may have expired. */
export interface UserCredentials {
  readonly user: User;
  readonly origin: string | undefined;
}

/** What the client would drop silently, and so ask as somebody else. */
const impersonation = ["as-groups", "as-uid", "as-user-extra"];

/**
 * The credentials of a user as they are now: a plugin is asked, a token file read. They are worked out here, since the
 * client reads no `tokenFile`, runs plugins without a limit and without what their protocol promises them, and asks for
 * tokens where it should be the user's own program that keeps them.
 */
export async function userCredentials(
  { name, file, entry }: KubeUser,
  cluster: object,
  terminal: Pick<Terminal, "cwd" | "env" | "stderr" | "now">,
): Promise<UserCredentials> {
  const textOf = (key: string): string | undefined => {
    const value = entry[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const inFile = (key: string, path: string): Buffer => {
    try {
      return readFileSync(resolve(dirname(file), path));
    } catch (cause) {
      throw refused(name, `its ${key} ${path} ${systemSentence(cause)}`);
    }
  };
  const dataOf = (key: string): string | undefined => {
    const [data, path] = [textOf(`${key}-data`), textOf(key)];
    return data ?? (path === undefined ? undefined : inFile(key, path).toString("base64"));
  };
  for (const key of impersonation)
    if (key in entry) throw refused(name, `its ${key} cannot be sent: use an entry that impersonates a user alone`);
  let [token, certData, keyData] = [textOf("token"), dataOf("client-certificate"), dataOf("client-key")];
  let origin: string | undefined;
  const tokenFile = textOf("tokenFile");
  if (tokenFile !== undefined) {
    token = inFile("tokenFile", tokenFile).toString("utf8").trim();
    origin = `from ${tokenFile}`;
  }
  const { exec, "auth-provider": provider } = entry;
  if (isRecord(provider)) {
    const found = providedToken(provider, terminal.now);
    if ("problem" in found) throw refused(name, found.problem);
    ({ token } = found);
  }
  if (isRecord(exec)) {
    const credential = await askPlugin({ exec, user: name, file, cluster }, terminal);
    token = credential.token;
    if (credential.certificate !== undefined && credential.key !== undefined) {
      certData = Buffer.from(credential.certificate).toString("base64");
      keyData = Buffer.from(credential.key).toString("base64");
    }
    const until = credential.expires === undefined ? "" : `, good until ${credential.expires} as it says`;
    origin = `from the credential plugin "${String(exec["command"])}" of user "${name}"${until}`;
  }
  // Anything else is refused by the HTTP client, in words that say it all.
  if (token !== undefined && !/^[\x21-\x7E]*$/.test(token))
    throw refused(name, `its token${origin === undefined ? "" : ` ${origin},`} has characters that no token has`);
  check(name, certData, keyData);
  const [username, password, impersonateUser] = [textOf("username"), textOf("password"), textOf("as")];
  return {
    user: {
      name,
      ...(token !== undefined && { token }),
      ...(certData !== undefined && { certData }),
      ...(keyData !== undefined && { keyData }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(impersonateUser !== undefined && { impersonateUser }),
    },
    origin,
  };
}

/** Otherwise it would be a connection that fails, for a reason that nobody can read. */
function check(user: string, certificate: string | undefined, key: string | undefined): void {
  if (certificate === undefined && key === undefined) return;
  if (certificate === undefined || key === undefined)
    throw refused(user, `it has a client-${certificate === undefined ? "key" : "certificate"} alone`);
  try {
    createSecureContext({ cert: Buffer.from(certificate, "base64"), key: Buffer.from(key, "base64") });
  } catch (cause) {
    throw refused(user, `its client certificate and key cannot be used: ${(cause as Error).message}`);
  }
}

const refused = (user: string, why: string): ProgramError =>
  programError("no-cluster", `no credentials of user "${user}" of the kubeconfig: ${why}`);
