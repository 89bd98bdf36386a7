import { facts, findFact } from "../../policies/facts/facts.ts";
import { rules } from "../../policies/rules/index.ts";
import { painter } from "../color.ts";
import { explainFact } from "../explaining/explain-fact.ts";
import { explainRule } from "../explaining/explain-rule.ts";
import { unknownSubject } from "../explaining/unknown-subject.ts";
import { list, text, whole } from "./schemas.ts";
import { defineTool } from "./tool.ts";

const style = { paint: painter(false), width: 100 };

const rule = whole({
  title: text,
  category: text,
  severity: { enum: ["advice", "warn", "error"] },
  why: text,
  options: { type: "object" },
  facts: list(whole({ id: text, ref: text, statement: text, source: text })),
});

const fact = whole({
  ref: text,
  statement: text,
  consequence: text,
  since: list({ type: "object" }),
  evidence: list(text),
  sources: list(text),
  documentationGap: { type: ["string", "null"], description: "Where the documentation says something else." },
  rules: list(text),
});

export const explainTool = defineTool<{ readonly name: string }>({
  name: "explain",
  title: "Explain a rule or a fact",
  description:
    "Says what a rule wants and why, with examples and what their fixes make of them; or what is known of a fact about Kubernetes (by its id, two-second-floor, or its number, A5), with its source.",
  inputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 1, maxLength: 200, description: "As findings name it in rule and facts." },
    },
  },
  outputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["kind", "id"],
    properties: { kind: { enum: ["rule", "fact"] }, id: text, rule, fact },
  },
  async run({ name }) {
    const found = rules.find(({ id }) => id === name.toLowerCase());
    if (found !== undefined) {
      const { id, title, category, severity, why, options = {}, cites } = found;
      const known = cites.map((cited) => {
        const { ref, statement, sources } = facts[cited];
        return { id: cited, ref, statement, source: sources[0] ?? "" };
      });
      return {
        structured: { kind: "rule", id, rule: { title, category, severity, why, options, facts: known } },
        text: await explainRule(found, facts, style),
      };
    }
    const known = findFact(name);
    if (known === undefined) throw unknownSubject(name, Object.keys(facts));
    const { id } = known;
    const { documentationGap = null, ...data } = known.fact;
    const citing = rules.filter(({ cites }) => cites.includes(id)).map((one) => one.id);
    return {
      structured: { kind: "fact", id, fact: { ...data, documentationGap, rules: citing } },
      text: explainFact(id, known.fact, citing, style),
    };
  },
});
