import type { Fix } from "../edit.ts";
import { formatPath, type Path } from "../path.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { strayFields } from "../pods/stray-fields.ts";
import type { RuleContext } from "../rule.ts";
import { delayHook } from "./delay-hook.ts";
import { raiseGrace, titleOfRaise } from "./needed-grace.ts";

/** The minor version whose kubelets sleep by themselves unasked: `preStop.sleep` is on by default (B5). */
export const sleepMinor = 30;

export type DelayFix = { readonly fix: Fix } | { readonly fix: undefined; readonly why: string };

/** Adds a delay to containers that have no preStop hook, and raises the grace period in the same step where that is then too short. */
export function delayFix(
  pod: Pod,
  containers: readonly Container[],
  delaySeconds: number,
  { budget, oldestMinor }: Pick<RuleContext, "budget" | "oldestMinor">,
): DelayFix {
  const misplaced = hookElsewhere(pod, containers);
  if (misplaced !== undefined) {
    const why = `no hook is added, since the one at ${formatPath(misplaced)} is in the wrong place: move it into lifecycle of its container`;
    return { fix: undefined, why };
  }
  const hooks = containers.map((container) => ({ container, hook: delayHook(container, delaySeconds) }));
  if (oldestMinor < sleepMinor && hooks.some(({ hook }) => hook.sleep !== undefined)) {
    return {
      fix: undefined,
      why: `kubelets of 1.${oldestMinor} do not carry out preStop.sleep (1.30 does) and the image may have no sleep program, so the hook is yours to write`,
    };
  }
  const raise = raiseGrace(pod, budget, { withDelaySeconds: delaySeconds, on: containers });
  if (raise.edits === undefined) return { fix: undefined, why: `not fixed here: with a delay, ${raise.why}` };
  const does = hooks.map(({ container, hook }) =>
    hook.httpGet === undefined
      ? `add a preStop sleep of ${delaySeconds} s to ${container.name}`
      : `add a preStop request to /prestop to ${container.name}`,
  );
  if (raise.edits.length > 0) does.push(titleOfRaise(raise.seconds, raise.needed));
  const title = does.join(", ");
  return {
    fix: {
      title: title.charAt(0).toUpperCase() + title.slice(1),
      safe: true,
      edits: [
        ...hooks.map(({ container, hook }) => ({
          op: "set" as const,
          at: container.path("lifecycle", "preStop"),
          value: hook,
        })),
        ...raise.edits,
      ],
    },
  };
}

/** A hook that its author wrote where the API server drops it: a second one in its place would be in the way of moving it. */
function hookElsewhere({ object }: Pod, containers: readonly Container[]): Path | undefined {
  const strays = strayFields(object);
  if (strays.length === 0) return undefined;
  const homes = new Set(
    containers.flatMap((container) => [
      formatPath(container.path("lifecycle")),
      formatPath(container.path("lifecycle", "preStop")),
    ]),
  );
  return strays.find(({ home }) => home !== undefined && homes.has(formatPath(home)))?.at;
}

/** Where a missing hook is missed: the nearest place of which at least the parent is there. */
export function missingHookAt(container: Container): Path {
  return container.spec.lifecycle === undefined ? container.path("lifecycle") : container.path("lifecycle", "preStop");
}
