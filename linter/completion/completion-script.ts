import type { Command } from "../command.ts";
import { bashScript } from "./bash.ts";
import { describeCommands } from "./described-command.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** What a shell is to source; all that it completes comes from the table by which arguments are read. */
export function completionScript(shell: "bash" | "zsh" | "fish", commands: Readonly<Record<string, Command>>): string {
  const described = describeCommands(commands);
  switch (shell) {
    case "bash":
      return bashScript(described);
    case "zsh":
      return zshScript(described);
    case "fish":
      return fishScript(described);
    default:
      return shell satisfies never;
  }
}
