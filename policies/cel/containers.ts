import { bare, withShell } from "../pods/image.ts";
import { besides, ofManagement } from "../pods/traffic-path.ts";
import { never, trafficProxies } from "../pods/traffic-proxy.ts";
import { matchesAny, pattern, quote } from "./cel-text.ts";

const joined = (patterns: readonly RegExp[]): string =>
  quote(
    patterns
      .filter((each) => each !== never)
      .map(({ source }) => `(${source.replaceAll("\\/", "/")})`)
      .join("|"),
  );

/** CEL about a container; `c` is the expression for it. */

const imageOf = (c: string): string => `${c}.?image.orValue("")`;

/** Base name of the image's repository. */
export const imageNameOf = (c: string): string => `${imageOf(c)}.split("@")[0].find("[^/]*$").split(":")[0]`;

const repositoryOf = (c: string): string => `${imageOf(c)}.split("@")[0].find("^(.*/)?[^/:]*")`;

/** Base name of the command's first word; empty where the image decides. */
export const firstWord = (c: string): string => `(${c}.?command.orValue([]) + [""])[0].find("[^/]*$")`;

/** The command line as far as the manifest tells, in one text. */
export const commandLine = (c: string): string =>
  `(${c}.?command.orValue([]) + (${c}.?command.hasValue() ? ${c}.?args.orValue([]) : [])).join(" ")`;

export const hookOf = (c: string): string => `${c}.?lifecycle.?preStop`;

/** The hook's command; empty where it has none. */
export const hookCommand = (c: string): string => `${hookOf(c)}.?exec.?command.orValue([])`;

/** True where the image surely has no shell and no sleep. */
export const isBare = (c: string): string =>
  `(${matchesAny(imageOf(c), bare)} && !${imageOf(c)}.matches(${pattern(withShell)}))`;

export const standsBeside = (c: string): string =>
  `(${c}.name.lowerAscii().matches(${pattern(besides)}) || ${imageNameOf(c)}.lowerAscii().matches(${pattern(besides)}))`;

export const isIdle = (c: string): string =>
  `${commandLine(c)}.matches("^([^ ]*/)?((ba|da|a)?sh -[a-z]*c (exec )?)?([^ ]*/)?(sleep|tail)( |$)")`;

export const hasTrafficPort = (c: string): string =>
  `(!${isIdle(c)} && ${c}.?ports.orValue([]).exists(p, !p.?name.orValue("").matches(${pattern(ofManagement)})))`;

/** A well-known proxy by name, image or plain command; `companion`: one that serves the app beside it. */
export function isTrafficProxy(c: string, { companion }: { readonly companion: boolean }): string {
  const meant = trafficProxies.filter(({ front }) => !companion || front !== true);
  return (
    `(${c}.name.matches(${joined(meant.map(({ names }) => names))}) || ` +
    `${repositoryOf(c)}.matches(${joined(meant.map(({ images }) => images))}) || ` +
    `${firstWord(c)}.matches(${joined(meant.map(({ programs }) => programs))}))`
  );
}

/** A command or environment that makes such a proxy wait for its connections. */
export function waitsForConnections(c: string): string {
  const waits = trafficProxies.flatMap((proxy) => (proxy.waits === undefined ? [] : [proxy.waits]));
  const words = `${c}.?command.orValue([]) + ${c}.?args.orValue([]) + ${c}.?env.orValue([]).map(e, e.name + "=" + e.?value.orValue(""))`;
  return `(${words}).exists(w, ${matchesAny("w", waits)})`;
}

/** Standing for a sleep without an end. */
const endless = 1_000_000;

/**
 * The hook's length in whole seconds where it is a plain wait: a native sleep, `sleep N`, `sh -c "sleep N"`, or a tcpSocket,
 * which fails at once; -1 for any other, and where there is none.
 */
export function plainWaitOf(c: string): string {
  const last = "w[w.size() - 1]";
  const sleep = "((/usr)?/bin/)?sleep";
  const length = "([0-9]{1,5}s?|infinity|inf)";
  const plain = `(w.size() == 2 && w[0].matches("^${sleep}$") && w[1].matches("^${length}$"))`;
  const shell = `(w.size() == 3 && w[0].matches("^((/usr)?/bin/)?(ba|da|a)?sh$") && w[1].matches("^-[a-z]*c$") && w[2].matches("^ *${sleep} +${length} *;?$"))`;
  const seconds = `(${last}.contains("inf") ? ${endless} : ${isBare(c)} ? 0 : int(${last}.find("[0-9]+")))`;
  return (
    `(${hookOf(c)}.?sleep.hasValue() ? ${hookOf(c)}.?sleep.?seconds.orValue(0) : ` +
    `${hookOf(c)}.?tcpSocket.hasValue() ? 0 : [${hookCommand(c)}].map(w, ${plain} || ${shell} ? ${seconds} : -1)[0])`
  );
}

/** Seconds that the first of some annotations states, as a double; -1.0 where none does. `keys` are expressions. */
export function annotatedSeconds(...keys: readonly string[]): string {
  const texts = keys.map((key) => `variables.annotations[?${key}].orValue("").trim()`).join(", ");
  return `([${texts}].filter(t, t.matches("^[0-9]{1,9}([.][0-9]{1,9})?$")).map(t, double(t)) + [-1.0])[0]`;
}

/** A variable's literal text in a container; empty where it has none. */
export const variableOf = (c: string, name: string): string =>
  `(${c}.?env.orValue([]).filter(e, e.name == ${quote(name)}).map(e, e.?value.orValue("")) + [""])[0]`;
