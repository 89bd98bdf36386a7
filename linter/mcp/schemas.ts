import findings from "../findings.schema.json" with { type: "json" };

const { definitions } = findings;

/** An object of which nothing is left out and to which nothing is added. */
export const whole = <P extends Record<string, object>>(properties: P) => ({
  type: "object" as const,
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});

export const list = (items: object) => ({ type: "array", items });
export const text = { type: "string" };
export const count = { type: "integer", minimum: 0 };

/** The report of `lint --format json`, with what a call's limit left out. */
export const reportSchema = {
  ...findings,
  type: "object" as const,
  title: "The report of gracewarden lint --format json",
  required: [...findings.required, "omitted"],
  properties: {
    ...findings.properties,
    omitted: { ...count, description: "Findings beyond the limit, the least severe ones." },
  },
};

/** For schemas that refer to the report's terms: `{ $ref: "#/definitions/term" }`. */
export const termDefinitions = {
  text: definitions.text,
  path: definitions.path,
  term: definitions.term,
};
