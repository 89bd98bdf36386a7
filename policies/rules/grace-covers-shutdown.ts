import type { FactId } from "../facts/facts.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { definePodRule, type Problem, type RuleContext, type Severity } from "../rule.ts";
import { drainAnnotation } from "../shutdown/drain.ts";
import { hookOverruns } from "../shutdown/hook-overrun.ts";
import { atMost, describeGrace, marginTerm, raiseFix, raiseGrace, type NeededGrace } from "../shutdown/needed-grace.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import type { Term } from "../shutdown/term.ts";
import type { Row } from "../shutdown/timeline.ts";
import { asLong, formatSum, wayOut, type WayOut } from "../shutdown/way-out.ts";

export default definePodRule({
  id: "grace-covers-shutdown",
  title: "The grace period covers hook, drain and sidecars",
  category: "budget",
  severity: "error",
  why: `One countdown pays for everything: the preStop hook, the program's own shutdown after SIGTERM, and the
native sidecars that are stopped after it. What does not fit is killed in the middle of its work, at every
rollout and every scale-down, and nobody is told. The sum is made of what the manifest says and what is
documented of the programs in it; where nobody says how long a program needs, only a hook that surely takes
its time away is reported.`,
  cites: ["prestop-counts-against-grace", "two-second-floor", "sidecar-gets-leftovers", "sidecar-order", "default-30"],
  needs: "pod",
  *check(pod, _options, context) {
    // A grace period of 0 is grace-not-zero's finding.
    if (pod.graceAt === undefined || (pod.writtenGraceSeconds ?? 1) <= 0) return;
    const { rows } = context.timeline(pod, { kind: "delete" });
    if (rows.some((row) => hookOverruns(pod, row))) return;
    const problem =
      overrun(pod, rows, context) ?? (pod.lifetime === "job" ? undefined : shortOfTime(pod, rows, context));
    if (problem !== undefined) yield problem;
  },
  examples: [
    {
      name: "a stated drain that does not fit beside the hook",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      annotations: { gracewarden.io/drain-seconds: "25" }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          lifecycle: { preStop: { sleep: { seconds: 15 } } }
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "a program that is told to drain longer than it gets",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: api
          image: registry.example/api:1
          command: [gunicorn, --graceful-timeout, "60", "api:app"]
`,
      reports: ["spec.template.spec.terminationGracePeriodSeconds"],
    },
    {
      name: "native sidecars, stopped one after the other, come on top",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: sidecars
  annotations:
    gracewarden.io/drain-seconds: "20"
    gracewarden.io/drain-seconds.mesh: "6"
    gracewarden.io/drain-seconds.logs: "5"
spec:
  initContainers:
    - { name: mesh, image: registry.example/mesh:1, restartPolicy: Always }
    - { name: logs, image: registry.example/logs:1, restartPolicy: Always }
  containers:
    - { name: app, image: registry.example/app:1 }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "the hook leaves the program only 5 s",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: short }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 25 } } }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "whether 10 s are enough after the hook, nobody says",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: unsaid }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 20 } } }
`,
      reports: ["? spec.terminationGracePeriodSeconds"],
    },
    {
      name: "it is said, and fits",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: said
  annotations: { gracewarden.io/drain-seconds: "9" }
spec:
  containers:
    - name: app
      image: registry.example/app:1
      lifecycle: { preStop: { sleep: { seconds: 20 } } }
`,
    },
    {
      name: "nothing is known and nothing contradicts",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - { name: web, image: registry.example/web:1 }
        - { name: logs, image: registry.example/logs:1 }
`,
    },
    {
      name: "a hook that drains the program itself leaves little to do",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: drained }
spec:
  containers:
    - name: nginx
      image: registry.example/nginx:1
      lifecycle: { preStop: { exec: { command: [/bin/sh, -c, nginx -s quit; sleep 22] } } }
`,
    },
    {
      name: "documented defaults on both sides that meet but for the margin",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: defaults }
spec:
  containers:
    - { name: api, image: registry.example/api:1, command: [gunicorn, "api:app"] }
    - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-26.1.1" }
`,
    },
    {
      name: "a container that is only there to be entered loses nothing when it is killed",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: toolbox }
spec:
  containers:
    - { name: toolbox, image: registry.example/toolbox:1, command: [sleep, "3600"] }
`,
    },
    {
      name: "a Job is only judged by what is sure",
      yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: batch }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: batch
          image: registry.example/batch:1
          command: [gunicorn, --graceful-timeout, "60", "api:app"]
`,
    },
  ],
});

/** What is stated or documented of the shutdown does not fit. */
function overrun(pod: Pod, rows: readonly Row[], context: RuleContext): Problem | undefined {
  const margin = marginTerm(context.budget);
  const fits = ({ seconds }: WayOut): boolean => seconds + margin.seconds.max <= pod.graceSeconds;
  const sure = wayOut(rows, (term) => asLong(term, atLeast(term)));
  const allowed = wayOut(rows, (term, { container }) => asLong(term, longest(term, container)));
  const counted = pod.lifetime === "job" ? sure : allowed;
  if (fits(counted)) return undefined;
  const severity = sure.seconds > pod.graceSeconds ? "error" : severityOf(counted, pod);
  if (severity === undefined) return undefined;
  const raise = raiseGrace(pod, context.budget);
  return {
    ...about(pod, [...counted.terms, margin], context),
    severity,
    message: `shutdown may take ${formatSum([...counted.terms, margin])}, but ${describeGrace(pod)} ends it with SIGKILL${
      raise.edits === undefined ? `; ${raise.why}` : needs(raise.needed)
    }`,
    facts: facts(counted),
    ...raiseFix(raise),
  };
}

/** A hook takes the time that the program may need, and nobody says how long that is. */
function shortOfTime(pod: Pod, rows: readonly Row[], context: RuleContext): Problem | undefined {
  const { budget } = context;
  const waiting = rows.filter(
    ({ container, hook, drain }) =>
      container.role === "main" &&
      hook?.known === true &&
      hook.seconds.min > 0 &&
      !drain.known &&
      preStopOf(container)?.tells === false,
  );
  const longest = waiting.toSorted((a, b) => (b.hook?.seconds.min ?? 0) - (a.hook?.seconds.min ?? 0))[0];
  if (longest?.hook === undefined) return undefined;
  const { container, hook, drain } = longest;
  const left = pod.graceSeconds - hook.seconds.min;
  const sure = left < budget.leastAppSeconds;
  const raise = raiseGrace(pod, budget);
  const { needed } = raise;
  if (!sure && needed.seconds <= pod.graceSeconds) return undefined;
  const says = `the preStop hook of ${container.name} leaves its program ${left} s of ${describeGrace(pod)}`;
  const unknown = `nothing says how long it needs (annotation ${drainAnnotation}${
    pod.mainContainers.length > 1 ? `.${container.name}` : ""
  })`;
  return {
    ...about(pod, [hook, drain, marginTerm(budget)], context),
    container: container.name,
    verdict: sure ? "fail" : "undetermined",
    severity: sure ? "warn" : "advice",
    message: `${says}${sure ? `, less than the ${budget.leastAppSeconds} s that it should get` : ""}; ${unknown}${
      raise.edits === undefined ? `; ${raise.why}` : needs(needed)
    }`,
    ...raiseFix(raise, { safe: sure }),
  };
}

function about(pod: Pod, terms: readonly Term[], context: RuleContext): Pick<Problem, "at" | "evidence"> {
  const { grace } = context.timeline(pod, { kind: "delete" });
  return { at: pod.graceAt ?? pod.at, evidence: [...terms, grace] };
}

const needs = ({ terms, assumed }: NeededGrace): string =>
  assumed ? `; set the grace period to at least ${formatSum(terms)}` : "";

/** A lost signal makes every drain endless: that is signal-reaches-app's finding, not a matter of seconds. */
const isLost = ({ term, seconds }: Term): boolean => term === "drain" && seconds.max === Infinity;
const atLeast = (term: Term): number => (term.known && isLost(term) ? 0 : term.seconds.min);
const longest = (term: Term, container: Container): number =>
  term.known && !isLost(term) ? atMost(term, container) : atLeast(term);

/** A contradiction between two written numbers weighs more than one with a program's default, which by the margin alone is none. */
function severityOf({ seconds, terms }: WayOut, pod: Pod): Severity | undefined {
  const byMargin = seconds <= pod.graceSeconds;
  const hooked = terms.some(({ term }) => term.startsWith("preStop"));
  const drains = terms.filter(({ term, seconds: length }) => term.startsWith("drain") && length.max > 0);
  const written = drains.every(({ origin }) => origin.at !== undefined);
  const documented = drains.every(({ origin }) => origin.kind === "annotation" || origin.source !== undefined);
  // Without a drain it is a hook's upper limit alone, which it may never reach.
  if (written && documented) return byMargin || drains.length === 0 ? "warn" : "error";
  if (byMargin) return written || hooked ? "advice" : undefined;
  return written || hooked || pod.runsProxy ? "warn" : "advice";
}

function facts({ terms }: WayOut): readonly FactId[] {
  const found: FactId[] = ["two-second-floor"];
  if (terms.some(({ term }) => term.startsWith("preStop"))) found.unshift("prestop-counts-against-grace");
  if (terms.some(({ term }) => term.includes("sidecar"))) found.push("sidecar-gets-leftovers", "sidecar-order");
  return found;
}
