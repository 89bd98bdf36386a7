import { defaultBudgetSettings } from "./budget-settings.ts";
import { enforcements, presetNames } from "./config.ts";
import type { OptionsSchema, Rule } from "./rule.ts";

const severity = { enum: ["off", "advice", "warn", "error"] };
const names = { type: "array", items: { type: "string" } };

const match = {
  type: "object",
  additionalProperties: false,
  properties: {
    kinds: names,
    namespaces: names,
    names,
    labels: { type: "object", additionalProperties: { type: "string" } },
    paths: names,
  },
};

/** What fixes write into fields of Kubernetes, which has no fractions there. */
const wholeSeconds: ReadonlySet<string> = new Set(["delaySeconds", "maxGraceSeconds"]);

const day = { type: "string", pattern: String.raw`^\d{4}-\d{2}-\d{2}$`, examples: ["2027-01-31"] };
const text = { type: "string", minLength: 1 };

/** The JSON schema of `gracewarden.yaml`, with the options of the rules that there are. */
export function configSchema(rules: readonly Rule[]): object {
  const ruleEntries = {
    type: "object",
    // Rules of the configuration's own are not known yet; unknown ids are told once they are.
    additionalProperties: severity,
    properties: Object.fromEntries(rules.map((rule) => [rule.id, ruleEntry(rule.options ?? {})])),
  };
  const enforced = {
    type: "object",
    additionalProperties: { enum: enforcements },
    properties: Object.fromEntries(rules.map(({ id }) => [id, { enum: enforcements }])),
  };
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      extends: {
        if: { type: "string" },
        // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
        then: { enum: presetNames },
        else: { type: "array", items: { enum: presetNames } },
      },
      kubernetes: {
        type: "object",
        additionalProperties: false,
        properties: { oldest: { type: "string", pattern: String.raw`^1\.\d{1,3}$`, examples: ['"1.33" (in quotes)'] } },
      },
      budget: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.keys(defaultBudgetSettings).map((key) => [
            key,
            { type: wholeSeconds.has(key) ? "integer" : "number", minimum: 0 },
          ]),
        ),
      },
      rules: ruleEntries,
      overrides: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["match", "rules"],
          properties: { match, rules: ruleEntries },
        },
      },
      waivers: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["rule", "owner", "reason", "expires"],
          properties: { rule: text, owner: text, reason: text, expires: day, ticket: text, match },
        },
      },
      enforcement: {
        type: "object",
        additionalProperties: false,
        properties: {
          default: { enum: enforcements },
          rules: enforced,
          namespaces: {
            type: "array",
            items: {
              type: "object",
              additionalProperties: false,
              required: ["match", "rules"],
              properties: { match: { ...names, minItems: 1 }, rules: enforced },
            },
          },
          locked: names,
          // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
          inlineWaivers: { if: { type: "array" }, then: names, else: { type: "boolean" } },
        },
      },
      customRules: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["id", "message", "assert"],
          properties: {
            id: { type: "string", pattern: "^[a-z]+(-[a-z0-9]+)*$", examples: ["team-label-is-set"] },
            title: text,
            severity: { enum: ["advice", "warn", "error"] },
            why: text,
            message: text,
            assert: { type: ["object", "boolean"] },
          },
        },
      },
    },
  };
}

/** A severity, or a list of a severity and the rule's options. */
function ruleEntry(options: OptionsSchema): object {
  const properties = Object.fromEntries(Object.entries(options).map(([name, schema]) => [name, schema]));
  return {
    if: { type: "array" },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
    then: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: [severity, { type: "object", additionalProperties: false, properties }],
      additionalItems: false,
    },
    else: severity,
  };
}
