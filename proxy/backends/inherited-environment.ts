/**
 * What a backend gets of the proxy's environment: where programs, homes, certificates and the language are. Nothing else,
 * so that no key or token of the proxy reaches a backend; what one needs more stands in its `env`.
 */
const inherited = [
  "HOME",
  "LANG",
  "LANGUAGE",
  "LOGNAME",
  "NODE_EXTRA_CA_CERTS",
  "PATH",
  "SHELL",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TEMP",
  "TERM",
  "TMP",
  "TMPDIR",
  "TZ",
  "USER",
] as const;

/** Tells the processes of one backend in /proc, also those that left its group and session. */
export const markerName = "GRACEWARDEN_BACKEND";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of a backend: the safe part of the proxy's, its own `env` over it, and the marker. */
export function backendEnvironment(proxy: Environment, own: Environment, marker: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(proxy)) {
    const safe = (inherited as readonly string[]).includes(name) || name.startsWith("LC_");
    // A shell's exported function begins so.
    if (safe && value !== undefined && !value.startsWith("()")) result[name] = value;
  }
  for (const [name, value] of Object.entries(own)) if (value !== undefined) result[name] = value;
  result[markerName] = marker;
  return result;
}
