/** Fills the README with what it promises to show: `node test/readme.ts --write`. The test compares. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
export const readmeFile = join(root, "README.md");
export const proxyReadmeFile = join(root, "proxy/README.md");

/** The text with the output of every `console` block's command under it, and the measured tables in their places. */
export function filledReadme(text: string): string {
  return text
    .replaceAll(
      /```console\n\$ (gracewarden(?:-\w+)?) (.*)\n[^`]*(?:`(?!``)[^`]*)*```/g,
      (_block, program: string, args: string) =>
        `\`\`\`console\n$ ${program} ${args}\n${outputOf(program, args)}\`\`\``,
    )
    .replace(
      /(<!-- timeline -->)[^]*(<!-- end -->)/,
      (_all, begin: string, end: string) => begin + timelineTables() + end,
    );
}

/** What the built program prints, on a terminal of 100 columns without colour. */
function outputOf(program: string, args: string): string {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(root, `dist/${program}.${program === "gracewarden" ? "cjs" : "js"}`), ...args.split(" ")],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    },
  );
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`.trimEnd().concat("\n");
}

/** The last whole run of the cluster test, as it wrote it: the summary in sight, the pods folded away. */
function timelineTables(): string {
  const [setting = "", table = "", ...summary] = readFileSync(join(root, "test/cluster/timeline.md"), "utf8")
    .trim()
    .split(/\n\n+/);
  const pods = `<details><summary>Every pod, predicted and observed</summary>\n\n${setting}\n\n${table}\n\n</details>`;
  return `\n\n${summary.join("\n\n")}\n\n${pods}\n\n`;
}

if (process.argv[2] === "--write")
  for (const file of [readmeFile, proxyReadmeFile]) writeFileSync(file, filledReadme(readFileSync(file, "utf8")));
