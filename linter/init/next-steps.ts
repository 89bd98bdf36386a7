import { join } from "node:path";
import { builtin } from "../builtin.ts";
import type { InitOptions } from "../commands/init.ts";
import type { Survey } from "./survey.ts";

const { existsSync } = builtin("node:fs");

/** What to do now, as far as the options did not ask for it. */
export function nextSteps(options: InitOptions, found: Survey | undefined, cwd: string): string {
  const { report, foreign } = found ?? { report: undefined, foreign: [] };
  const failing = report?.findings.some(
    ({ verdict, severity, file }) => verdict === "fail" && severity === "error" && !foreign.includes(file),
  );
  const has = (file: string): boolean => existsSync(join(cwd, file));
  const steps: (readonly [string, string])[] = [
    ["gracewarden lint .", "shows the findings; with --fix it applies the safe fixes"],
  ];
  if (failing === true && !options.baseline)
    steps.push(["gracewarden init --baseline", "lets what is there be: only new findings count"]);
  if (!options["pre-commit"]) steps.push(["gracewarden init --pre-commit", "lints before each commit"]);
  if (has(".github") && !options.github) steps.push(["gracewarden init --github", "lints pull requests"]);
  if (has(".gitlab-ci.yml") && !options.gitlab) steps.push(["gracewarden init --gitlab", "lints merge requests"]);
  const width = Math.max(...steps.map(([command]) => command.length));
  return `next:\n${steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}\n`).join("")}`;
}
