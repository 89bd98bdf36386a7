/** A signal that a command sends, and to whom: a process number, a program's name, or the text that gives it. */
export interface SentSignal {
  readonly signal: string;
  readonly target: string;
}

const byNumber: Readonly<Record<string, string>> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  6: "ABRT",
  9: "KILL",
  10: "USR1",
  12: "USR2",
  15: "TERM",
  18: "CONT",
  19: "STOP",
  28: "WINCH",
};

/** https://nginx.org/en/docs/control.html */
const nginxSignals: Readonly<Record<string, string>> = { stop: "TERM", quit: "QUIT", reload: "HUP", reopen: "USR1" };

/** https://httpd.apache.org/docs/2.4/stopping.html */
const apacheSignals: Readonly<Record<string, string>> = {
  stop: "TERM",
  "graceful-stop": "WINCH",
  graceful: "USR1",
  restart: "HUP",
};

/**
 * What a command signals; undefined where it is no command that only signals and returns. `kill -0` and `kill -l` send
 * nothing: an empty list. `words` start with the program's base name.
 */
export function sentSignals(words: readonly string[]): readonly SentSignal[] | undefined {
  const [name, ...rest] = words;
  switch (name) {
    case "kill":
    case "pkill":
    case "killall":
      return killSignals(rest);
    case "nginx": {
      const order = /^-s(.+)$/.exec(rest.find((word) => /^-s./.test(word)) ?? "")?.[1] ?? rest[rest.indexOf("-s") + 1];
      return rest.some((word) => word.startsWith("-s")) ? ordered(nginxSignals, order, "nginx") : undefined;
    }
    case "httpd":
    case "apachectl":
    case "apache2ctl":
    case "apache2": {
      const order = rest.find((word) => Object.hasOwn(apacheSignals, word));
      return order === undefined
        ? undefined
        : ordered(apacheSignals, order, name.startsWith("apache2") ? "apache2" : "httpd");
    }
    default:
      return undefined;
  }
}

function ordered(
  table: Readonly<Record<string, string>>,
  order: string | undefined,
  target: string,
): readonly SentSignal[] | undefined {
  if (order === undefined || !Object.hasOwn(table, order)) return undefined;
  return [{ signal: table[order] ?? order, target }];
}

/** Options of pkill and killall that take the next word. */
const withValue = new Set(["-u", "-U", "-g", "-G", "-P", "-t", "-n", "-o", "-y"]);

function killSignals(words: readonly string[]): readonly SentSignal[] {
  let signal = "TERM";
  const targets: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const long = /^--signal=(.+)$/.exec(word)?.[1];
    if (word === "-l" || word === "-L") return [];
    if (word === "--") {
      targets.push(...words.slice(at + 1));
      break;
    }
    if (long !== undefined) signal = long;
    else if (word === "-s" || word === "--signal" || (word === "-n" && /^\d+$/.test(words[at + 1] ?? "")))
      signal = words[++at] ?? signal;
    else if (targets.length === 0 && /^-(?:SIG)?(?:[A-Z]+\d?|\d+)$/.test(word)) signal = word.slice(1);
    else if (withValue.has(word)) at++;
    else if (!word.startsWith("-")) targets.push(word);
  }
  const name = signal.toUpperCase().replace(/^SIG/, "");
  if (name === "0") return [];
  return targets.map((target) => ({ signal: byNumber[name] ?? name, target: readTarget(target) }));
}

/** `$(pidof nginx)` and `$(cat /run/nginx.pid)` mean nginx. */
function readTarget(text: string): string {
  const inner = /^(?:\$\(|`)\s*(?:pidof|pgrep|cat)\s+(?:-\w+\s+)*([^\s|;)`]+)\s*[)`]$/.exec(text)?.[1] ?? text;
  return inner.replace(/^\^|\$$/g, "").replace(/^.*\/([^/]+?)(?:\.pid)?$/, "$1");
}
