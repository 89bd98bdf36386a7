import type { ExportedRule } from "../../policies/cel/exported-rule.ts";
import type { Config } from "../../policies/config.ts";
import { version } from "../command-line/version.ts";
import { hang, wrap } from "../command-line/wrap.ts";
import { actionsOf, remarks } from "./fidelity-table.ts";

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

const width = 98;

/** What somebody who opens the file must know: where it came from, what is in it, and what is not. */
export function head(kind: string, contents: readonly string[], config: Config, today: string): string {
  const lines = [
    `Made by gracewarden ${version} with "gracewarden export ${kind}" on ${today}; make it again rather than change it.`,
    ...contents,
    ...leftOut(config).map((what) => `Not in here: ${what}`),
  ];
  return lines.map((line) => `# ${hang(wrap(line, width), "#   ")}\n`).join("");
}

/** A line for each rule, and what its policy misses. */
export function contentsOf(exported: readonly ExportedRule[]): string[] {
  const inside = exported.filter(({ checks }) => checks.length > 0);
  const outside = exported.filter(({ checks }) => checks.length === 0);
  return [
    ...inside.flatMap((one) => [
      `${one.exported.fidelity} ${one.rule.id}: ${actionsOf(one)}`,
      ...remarks(one).map((remark) => `misses: ${remark}`),
    ]),
    ...outside.map((one) => `no policy ${one.rule.id}: ${remarks(one)[0] ?? actionsOf(one)}`),
    "Not in here: updates of pods, whose images can be changed. The webhook judges them.",
  ];
}

/** What of the configuration these policies cannot have. */
function leftOut({ overrides, waivers, customRules, enforcement }: Config): string[] {
  return [
    ...(overrides.length > 0
      ? [`${counted(overrides.length, "override")} of the configuration: the rules are as they are outside of them.`]
      : []),
    ...(waivers.length > 0
      ? [`${counted(waivers.length, "waiver")} of the configuration: what they accept is reported all the same.`]
      : []),
    ...(customRules.length > 0
      ? [`the configuration's own rules: ${customRules.map(({ id }) => id).join(", ")}.`]
      : []),
    ...(enforcement.inlineWaivers === false
      ? []
      : [
          "a clock. A waiver in a pod's annotations counts until the policies are exported again, also after its last day.",
        ]),
  ];
}
