import { closest } from "../../policies/spelling.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import { programError } from "../errors.ts";

const shells = ["bash", "zsh", "fish"] as const;

const syntax = defineSyntax({
  command: "gracewarden completion",
  summary: "Prints what makes a shell complete gracewarden's commands, options and their values at the Tab key.",
  operands: shells.join(" | "),
  minOperands: 1,
  maxOperands: 1,
  options: {},
  notes: [
    "bash, in ~/.bashrc: source <(gracewarden completion bash)",
    "zsh, in ~/.zshrc behind compinit: source <(gracewarden completion zsh)",
    "fish: gracewarden completion fish > ~/.config/fish/completions/gracewarden.fish",
  ],
});

/** Knows all commands by the table that runs them; `commands` is asked for when it is whole. */
export const completionOf = (commands: () => Readonly<Record<string, Command>>): Command => ({
  syntax,
  title: "Print the completion of a shell: bash, zsh or fish",
  run: async (args, { stdout }) => {
    const { positionals } = parseArguments(syntax, args);
    const [wanted = ""] = positionals;
    const shell = shells.find((one) => one === wanted);
    if (shell === undefined) {
      const near = closest(wanted, shells);
      throw programError("unknown-shell", wanted, near === undefined ? "" : `; did you mean "${near}"?`);
    }
    // Here, since no other command needs it.
    const { completionScript } = await import("../completion/completion-script.ts");
    stdout.write(completionScript(shell, commands()));
    return 0;
  },
});
