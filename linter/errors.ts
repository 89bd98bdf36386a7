import { programErrors, usageRefusals } from "./command-line/program-error.ts";
import { systemReason } from "./command-line/system-reason.ts";

/** Why a run could not be done: exit code and sentence for each. What is wrong with a manifest is a finding, never one of these. */
export const programError = programErrors({
  ...usageRefusals,
  "unknown-shell": {
    exit: 2,
    sentence: (name: string, hint: string) =>
      `there is no completion for "${name}", only for bash, zsh and fish${hint}`,
  },
  "options-exclude": { exit: 2, sentence: (one: string, other: string) => `${one} and ${other} exclude each other` },
  "two-reports-on-stdout": {
    exit: 2,
    sentence: (format: string) =>
      `only one report can go to stdout: write the other to a file, --format ${format}=FILE`,
  },
  "unwritable-report": { exit: 2, sentence: (file: string, why: string) => `the report ${file} ${why}` },
  "nothing-found": { exit: 2, sentence: (argument: string, why: string) => `nothing to lint at "${argument}": ${why}` },
  "unknown-subject": {
    exit: 2,
    sentence: (name: string, hint: string) => `there is no rule and no fact "${name}"${hint}`,
  },
  "unreadable-config": { exit: 2, sentence: (file: string, why: string) => `the configuration ${file} ${why}` },
  "bad-config": {
    exit: 2,
    sentence: (problems: readonly string[]) =>
      `the configuration is not valid\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  },
  "unusable-baseline": { exit: 2, sentence: (file: string, why: string) => `the baseline ${file} ${why}` },
  "no-changes": { exit: 2, sentence: (why: string) => `--changed-since cannot tell what changed: ${why}` },
  "nothing-to-write": {
    exit: 2,
    sentence: () => "all that was asked for is there already, and nothing was written: --force writes it anew",
  },
  "not-the-root": {
    exit: 2,
    sentence: (root: string) =>
      `what runs before a commit and in CI is read in the repository's own folder: run this in ${root}`,
  },
  "option-needs-option": { exit: 2, sentence: (one: string, other: string) => `${one} needs ${other}` },
  "outside-root": {
    exit: 2,
    sentence: (path: string) => `"${path}" lies outside of the folder that this server may read: name a path inside it`,
  },
  "not-readable-inside": { exit: 2, sentence: (path: string, why: string) => `"${path}" ${why}` },
  "too-much": {
    exit: 2,
    sentence: (path: string, limit: string) =>
      `"${path}" holds more than ${limit}, the most that one call reads: name a smaller part of it`,
  },
  "no-subject": {
    exit: 2,
    sentence: () => `give "paths", files or folders below the server's root, or "manifest", the text itself; not both`,
  },
  leaving: { exit: 2, sentence: () => "the server was told to stop before it came to this call: start it again" },
  "bad-call": { exit: 2, sentence: (problems: readonly string[]) => problems.join("\n") },
  "one-chart": { exit: 2, sentence: (option: string, why: string) => `${option} is for one chart, and ${why}` },
  "no-helm": {
    exit: 2,
    sentence: (option: string) => `${option} needs helm, which is not on the PATH: install it (https://helm.sh)`,
  },
  "no-cluster": { exit: 2, sentence: (why: string) => `no cluster to audit: ${why}` },
  "credential-plugin": {
    exit: 2,
    sentence: (command: string, user: string, why: string) =>
      `the credential plugin "${command}" of user "${user}" of the kubeconfig ${why}`,
  },
  "unreachable-cluster": {
    exit: 2,
    sentence: (server: string, why: string) => `the API server ${server} cannot be reached: ${why}`,
  },
  "cluster-unauthorized": {
    exit: 2,
    sentence: (server: string, why: string) =>
      `the API server ${server} does not take these credentials (401${why === "" ? "" : `, ${why}`}): a token may have expired; log in again. Nothing is reported, since not everything was read`,
  },
  "cluster-refused": {
    exit: 2,
    sentence: (server: string, path: string, why: string) =>
      `the API server ${server} does not answer GET ${path}: ${why}`,
  },
  "nothing-to-audit": { exit: 2, sentence: (why: string) => `nothing to audit: ${why}` },
  "unreadable-file": { exit: 2, sentence: (file: string, why: string) => `${file} ${why}` },
});

/** What a file system error says about the file it is about, to be put after its name. */
export function systemSentence(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "does not exist";
    case "EISDIR":
      return "is a folder";
    case "ENOTDIR":
      return "does not exist: a part of its path is no folder";
    default:
      return `cannot be read: ${systemReason(cause)}`;
  }
}
