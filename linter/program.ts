import { runProgram } from "./command-line/dispatch.ts";
import type { Command } from "./command.ts";
import { command as audit } from "./commands/audit.ts";
import { completionOf } from "./commands/completion.ts";
import { command as explain } from "./commands/explain.ts";
import { command as exportPolicies } from "./commands/export.ts";
import { command as init } from "./commands/init.ts";
import { command as lint } from "./commands/lint.ts";
import { command as lsp } from "./commands/lsp.ts";
import { command as mcp } from "./commands/mcp.ts";
import { command as report } from "./commands/report.ts";
import { command as rules } from "./commands/rules.ts";
import { command as timeline } from "./commands/timeline.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Every command. They are imported at once, since opening one more file costs a start more than the few lines of a
 * command; what is large (facts, ajv, the second YAML parser) is imported where it is needed.
 */
const commands: Readonly<Record<string, Command>> = {
  lint,
  audit,
  report,
  timeline,
  explain,
  rules,
  export: exportPolicies,
  init,
  mcp,
  lsp,
  completion: completionOf(() => commands),
};

/** Runs the program; the result is its exit code. */
export function main(args: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram(
    {
      name: "gracewarden",
      about: "Kubernetes pods that leave politely.",
      exitCodes: "0 clean, 1 findings at or above --fail-on, 2 the run could not be done.",
      commands: Object.fromEntries(
        Object.entries(commands).map(([name, command]) => [name, { title: command.title, load: () => command }]),
      ),
    },
    args,
    terminal,
  );
}
