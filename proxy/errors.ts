import { programErrors } from "../linter/command-line/program-error.ts";

/** Why a run could not be done. What a client is told stands with the front and the relay. */
export const programError = programErrors({
  "bad-arguments": { exit: 2, sentence: (problem: string) => problem },
  "unreadable-file": { exit: 2, sentence: (file: string, why: string) => `${file} cannot be read: ${why}` },
  "bad-config": {
    exit: 2,
    sentence: (problems: readonly string[]) =>
      `the configuration is not valid\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  },
  "bad-environment": { exit: 2, sentence: (problems: readonly string[]) => problems.join("\n  ") },
  "cannot-listen": { exit: 2, sentence: (where: string, why: string) => `cannot listen on ${where}: ${why}` },
});
