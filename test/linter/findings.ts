import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect } from "vitest";
import { gracewarden, type Surroundings } from "./program.ts";

/** `lint --format json`, as its schema has it. */
export interface Findings {
  readonly version: 1;
  readonly findings: readonly JsonFinding[];
  readonly files: { readonly linted: number; readonly skipped: readonly { file: string; reason: string }[] };
  readonly objects: { readonly checked: number; readonly notRelevant: number; readonly skipped: number };
  /** Of `audit` alone. */
  readonly cluster?: {
    readonly context: string;
    readonly server: string;
    readonly pods: number;
    readonly slipped: number;
    readonly throughMaker: number;
    readonly over: number;
    readonly notEvaluated: readonly { what: string; refused: string | null; grant: string; rules: readonly string[] }[];
  };
}

export interface JsonFinding {
  readonly rule: string;
  readonly severity: string;
  readonly verdict: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly rendered: { command: string; line: number; precision: string } | null;
  readonly object: { apiVersion: string; kind: string; namespace: string | null; name: string } | null;
  readonly container: string | null;
  readonly path: string;
  readonly evidence: readonly {
    term: string;
    min: number | null;
    max: number | null;
    unknown: boolean;
    origin: object;
  }[];
  readonly facts: readonly string[];
  readonly fixable: boolean;
  readonly waived: { owner: string; reason: string; expires: string; origin: string } | null;
}

const schema = JSON.parse(
  readFileSync(new URL("../../linter/findings.schema.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<Findings>(schema);

/** Checks an output against the published schema. */
export function parseFindings(stdout: string): Findings {
  const output = JSON.parse(stdout) as unknown;
  expect(validate(output) ? [] : validate.errors).toEqual([]);
  return output as Findings;
}

/** Lints in this process; what is printed must fit the schema. */
export async function lint(
  args: readonly string[],
  around: Surroundings,
): Promise<Findings & { readonly code: number | null; readonly stderr: string }> {
  const { code, stdout, stderr } = await gracewarden(["lint", "--format", "json", ...args], around);
  return { ...parseFindings(stdout), code, stderr };
}

/** `hasty.yaml:6 grace-not-zero warn`. */
export const brief = ({ file, line, rule, severity }: JsonFinding): string => `${file}:${line} ${rule} ${severity}`;
