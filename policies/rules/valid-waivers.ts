import { defineObjectRule } from "../rule.ts";
import { annotationWaivers, hasExpired } from "../waiver.ts";

export default defineObjectRule({
  id: "valid-waivers",
  title: "A waiver names a rule, an owner, a reason and a day in the future",
  category: "manifest",
  severity: "warn",
  why: `A waiver without an owner or an end is how an exception becomes the rule. One that has expired, is
incomplete or names no rule waives nothing; this finding says so where its author would look.`,
  cites: [],
  needs: "pod",
  *check(object, _options, { set, ruleIds, now }) {
    const seen = new Set<string>();
    for (const pod of [undefined, ...set.podsIn(object)]) {
      const { waivers, problems } = annotationWaivers(object, pod);
      const found = [
        ...problems,
        ...waivers.flatMap(({ waiver, at }) => {
          if (!ruleIds.has(waiver.rule))
            return [{ at, message: `the waiver names "${waiver.rule}", which is no rule: see \`gracewarden rules\`` }];
          if (hasExpired(waiver, now))
            return [
              {
                at,
                message: `the waiver of ${waiver.rule} by ${waiver.owner} expired on ${waiver.expires} and waives nothing: mend the finding or renew it`,
              },
            ];
          return [];
        }),
      ];
      for (const problem of found) {
        const key = problem.at.join("\n");
        if (!seen.has(key)) yield problem;
        seen.add(key);
      }
    }
  },
  examples: [
    {
      name: "no owner, an unknown rule, a day that is past",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: waived
  annotations:
    waive.gracewarden.io/grace-not-zero: "we know; expires=2999-01-31"
    waive.gracewarden.io/no-such-rule: "we know; owner=team-a; expires=2999-01-31"
    waive.gracewarden.io/prestop-delay: "batch only; owner=team-a; expires=2001-01-31"
spec:
  containers:
    - { name: app, image: app }
`,
      reports: [
        'metadata.annotations["waive.gracewarden.io/grace-not-zero"]',
        'metadata.annotations["waive.gracewarden.io/no-such-rule"]',
        'metadata.annotations["waive.gracewarden.io/prestop-delay"]',
      ],
    },
    {
      name: "complete",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: waived
  annotations:
    waive.gracewarden.io/grace-not-zero: "a simulator without state; owner=team-a; expires=2999-01-31; ticket=OPS-7"
spec:
  containers:
    - { name: app, image: app }
`,
    },
  ],
});
