import { join } from "node:path";
import { configSchema } from "../../policies/config-schema.ts";
import { rules } from "../../policies/rules/index.ts";
import { builtin } from "../builtin.ts";
import type { InitOptions } from "../commands/init.ts";
import { version } from "../command-line/version.ts";
import { configText } from "./config-text.ts";
import { baselineFile, githubText, gitlabText, preCommitText, type SnippetInput } from "./snippets.ts";

const { existsSync } = builtin("node:fs");

export interface NewFile {
  readonly file: string;
  readonly text: string;
  /** A file that others write into as well: where it is there, its owner puts the text into it. */
  readonly shared?: true;
}

/** The JSON schema of `gracewarden.yaml`, as text. */
export const schemaText = (): string =>
  `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", title: "gracewarden.yaml", ...configSchema(rules) }, null, 2)}\n`;

/** What the options ask for, but for the baseline: that takes a judgement by the configuration. */
export function newFiles(options: InitOptions, foreign: readonly string[], cwd: string): readonly NewFile[] {
  const { preset, schema, repository } = options;
  const snippet: SnippetInput = { repository, baseline: options.baseline || existsSync(join(cwd, baselineFile)) };
  const files: NewFile[] = [
    { file: "gracewarden.yaml", text: configText({ preset, schema: schemaAt(options, cwd), foreign }) },
  ];
  if (schema !== undefined) files.push({ file: schema, text: schemaText() });
  if (options["pre-commit"])
    files.push({ file: ".pre-commit-config.yaml", text: preCommitText(snippet), shared: true });
  if (options.github) files.push({ file: ".github/workflows/gracewarden.yml", text: githubText(snippet) });
  if (options.gitlab) files.push({ file: ".gitlab/gracewarden.yml", text: gitlabText(snippet) });
  return files;
}

/** Where editors find the schema: in the file that is written, in the package that is installed, or in the repository that was named. */
function schemaAt({ schema, repository }: InitOptions, cwd: string): string | undefined {
  if (schema !== undefined) return schema;
  const installed = "node_modules/gracewarden/linter/config.schema.json";
  if (existsSync(join(cwd, installed))) return installed;
  return repository?.startsWith("https://") === true
    ? `${repository.replace(/\/$|\.git$/, "")}/raw/v${version}/linter/config.schema.json`
    : undefined;
}
