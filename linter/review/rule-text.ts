import { slippedThrough } from "../audit/kinds.ts";
import type { Report } from "../judging/report.ts";

interface RuleText {
  readonly title: string;
  readonly why: string;
}

/** The one finding that is no rule's. */
const slipped: RuleText = {
  title: "A pod that runs was seen by the webhook",
  why: "The webhook, asked now and under the same configuration, would have refused this pod or changed it. It was made while the webhook did not answer, was not there, or was set up otherwise (with failurePolicy Ignore that holds up nobody, and is seen by nobody). A pod's spec cannot be changed: once the webhook answers, delete the pod, or restart what made it.",
};

/** What a rule wants and why; undefined for what a report does not know. */
export const ruleText = ({ rules }: Pick<Report, "rules">, id: string): RuleText | undefined =>
  id === slippedThrough ? slipped : rules.find((rule) => rule.id === id);
