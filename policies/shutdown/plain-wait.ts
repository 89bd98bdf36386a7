import { sleepSeconds } from "./hook-command.ts";

/** Commands that neither wait nor change anything for the program. */
const instant = new Set("echo printf exit return true : logger touch rm date set export cd [ test".split(" "));

/** How long these commands wait, as far as plain sleeps tell; undefined where one of them may wait for something. */
export function plainWait(commands: readonly (readonly string[])[]): number | undefined {
  let seconds = 0;
  for (const [name = "", ...operands] of commands) {
    if (instant.has(name)) continue;
    if (name !== "sleep") return undefined;
    for (const operand of operands) {
      const each = sleepSeconds(operand);
      if (each === undefined) return undefined;
      seconds += each;
    }
  }
  return seconds;
}
