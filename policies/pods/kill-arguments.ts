/** What `kill`, `pkill` and `killall` are told. */
export interface KillArguments {
  /** By its name where it has one here (`TERM`, `USR1`), else by its number; `0` and `-l` end nothing and are `0`. */
  readonly signal: string;
  /** As written: a process number, `-1` for everybody, a program's name, `$(pidof nginx)`. */
  readonly targets: readonly string[];
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

/** Options of pkill and killall that take the next word. */
const withValue = new Set(["-u", "-U", "-g", "-G", "-P", "-t", "-n", "-o", "-y"]);

/** Reads `-TERM 1`, `-s TERM 1`, `-9 -1`, `--signal=USR1 app`, `-- -1`; `words` start after the program's name. */
export function readKillArguments(words: readonly string[]): KillArguments {
  let signal: string | undefined;
  const targets: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const long = /^--signal=(.+)$/.exec(word)?.[1];
    if (word === "-l" || word === "-L") return { signal: "0", targets: [] };
    if (word === "--") {
      targets.push(...words.slice(at + 1));
      break;
    }
    if (long !== undefined) signal = long;
    else if (word === "-s" || word === "--signal" || (word === "-n" && /^\d+$/.test(words[at + 1] ?? "")))
      signal = words[++at] ?? signal;
    // Behind the signal a negative number is a process group, or everybody.
    else if (signal !== undefined && /^-\d+$/.test(word)) targets.push(word);
    else if (targets.length === 0 && /^-(?:SIG)?(?:[A-Z]+\d?|\d+)$/.test(word)) signal = word.slice(1);
    else if (withValue.has(word)) at++;
    else if (!word.startsWith("-")) targets.push(word);
  }
  const name = (signal ?? "TERM").toUpperCase().replace(/^SIG/, "");
  return { signal: byNumber[name] ?? name, targets };
}
