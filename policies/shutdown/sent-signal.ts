import { readKillArguments } from "../pods/kill-arguments.ts";

/** A signal that a command sends, and to whom: a process number, a program's name, or the text that gives it. */
export interface SentSignal {
  readonly signal: string;
  readonly target: string;
}

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

function killSignals(words: readonly string[]): readonly SentSignal[] {
  const { signal, targets } = readKillArguments(words);
  return signal === "0" ? [] : targets.map((target) => ({ signal, target: readTarget(target) }));
}

/** `$(pidof nginx)` and `$(cat /run/nginx.pid)` mean nginx. */
function readTarget(text: string): string {
  const inner = /^(?:\$\(|`)\s*(?:pidof|pgrep|cat)\s+(?:-\w+\s+)*([^\s|;)`]+)\s*[)`]$/.exec(text)?.[1] ?? text;
  return inner.replace(/^\^|\$$/g, "").replace(/^.*\/([^/]+?)(?:\.pid)?$/, "$1");
}
