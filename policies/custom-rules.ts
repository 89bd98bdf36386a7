import { Ajv, type ErrorObject, type FuncKeywordDefinition } from "ajv";
import type { ConfigProblem } from "./schema-problem.ts";
import type { Path } from "./path.ts";
import { podData, type DurationData } from "./pod-data.ts";
import { definePodRule, type Problem, type Rule, type Severity } from "./rule.ts";

/** A rule as a configuration writes it: a JSON schema that every pod's data must satisfy. */
export interface CustomRuleSource {
  readonly id: string;
  readonly title?: string;
  readonly severity?: Severity;
  readonly why?: string;
  /** What to tell where a pod does not satisfy the schema. */
  readonly message: string;
  readonly assert: object | boolean;
}

/** Compiles a configuration's own rules; a schema that is none is a problem at its place. */
export function compileCustomRules(
  sources: readonly CustomRuleSource[],
  builtIn: readonly Rule[],
): { readonly rules: readonly Rule[]; readonly problems: readonly ConfigProblem[] } {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    $data: true,
    strictTuples: false,
    strictTypes: false,
    strictRequired: false,
    keywords: [...durationKeywords],
  });
  const rules: Rule[] = [];
  const problems: ConfigProblem[] = [];
  const taken = new Set(builtIn.map(({ id }) => id));
  for (const [index, source] of sources.entries()) {
    if (taken.has(source.id)) {
      problems.push({
        at: ["customRules", index, "id"],
        message: `there is a rule "${source.id}" already: give this one another id`,
      });
      continue;
    }
    taken.add(source.id);
    try {
      rules.push(customRule(source, ajv));
    } catch (error) {
      problems.push({
        at: ["customRules", index, "assert"],
        message: `not a JSON schema: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
  return { rules, problems };
}

function customRule(source: CustomRuleSource, ajv: Ajv): Rule {
  const validate = ajv.compile(source.assert);
  return definePodRule({
    id: source.id,
    title: source.title ?? source.message,
    category: "manifest",
    severity: source.severity ?? "warn",
    why: source.why ?? source.message,
    cites: [],
    needs: "pod",
    *check(pod, _options, context) {
      const { data, place } = podData(pod, context);
      if (validate(data)) return;
      const seen = new Set<string>();
      for (const error of validate.errors ?? []) {
        if (structural.has(error.keyword) || seen.has(error.instancePath)) continue;
        seen.add(error.instancePath);
        yield problem(source, error, place);
      }
    },
    examples: [],
  });
}

/** Keywords that only say that something inside them failed. */
const structural = new Set(["if", "anyOf", "oneOf", "allOf"]);

function problem(
  source: CustomRuleSource,
  error: ErrorObject,
  place: (pointer: string) => { at: Path; container: string | undefined },
): Problem {
  const { at, container } = place(error.instancePath);
  const unknown = error.params["undetermined"] === true;
  return {
    at,
    message: `${source.message} (${error.message ?? error.keyword})`,
    ...(unknown ? { verdict: "undetermined" as const } : {}),
    ...(container === undefined ? {} : { container }),
  };
}

/**
 * `secondsAtLeast` and `secondsAtMost` hold a duration `{min, max, known}` against a number. Where the range lies on
 * both sides of it, or is not known, the verdict is undetermined.
 */
const durationKeywords: readonly FuncKeywordDefinition[] = [
  durationKeyword("secondsAtLeast", ({ min, max }, limit) =>
    min >= limit ? "pass" : max !== null && max < limit ? "fail" : "undetermined",
  ),
  durationKeyword("secondsAtMost", ({ min, max }, limit) =>
    max !== null && max <= limit ? "pass" : min > limit ? "fail" : "undetermined",
  ),
];

function durationKeyword(
  keyword: string,
  judge: (duration: DurationData, limit: number) => "pass" | "fail" | "undetermined",
): FuncKeywordDefinition {
  const validate: FuncKeywordDefinition["validate"] = (limit: number, duration: DurationData) => {
    const verdict = judge(duration, limit);
    if (verdict === "pass") return true;
    const side = keyword === "secondsAtLeast" ? "at least" : "at most";
    validate!.errors = [
      { keyword, params: { limit, undetermined: verdict === "undetermined" }, message: `must be ${side} ${limit} s` },
    ];
    return false;
  };
  return { keyword, type: "object", schemaType: "number", $data: true, errors: true, validate };
}
