import type { Edit } from "../edit.ts";
import { shorten } from "../shorten.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { preStopOf } from "../shutdown/pre-stop.ts";
import { proxyEnvironment } from "../shutdown/proxy-budget.ts";
import { variable } from "../shutdown/recognisers/environment.ts";

/** What `/prestop` is asked with: the same in the container's environment and in its hook's header. */
export const tokenVariable = "GRACEWARDEN_PRESTOP_TOKEN";

export interface Told {
  readonly edits: readonly Edit[];
  /** The variables that were set. */
  readonly names: readonly string[];
  /** Complete sentences. */
  readonly warnings: readonly string[];
}

/**
 * Tells a proxy's container what no downward API tells: its pod's grace period and how long its hook lasts, so that
 * proxy and kubelet count from one number. A variable that its author wrote is left alone; `ours` names those that an
 * earlier call has set.
 */
export function tellBudget(pod: Pod, container: Container, ours: readonly string[]): Told {
  const wanted: [string, number][] = [[proxyEnvironment.graceSeconds, pod.graceSeconds]];
  const hook = preStopOf(container)?.duration;
  if (hook?.known === true && hook.seconds.max !== Infinity)
    wanted.push([proxyEnvironment.preStopSeconds, hook.seconds.max]);
  const edits: Edit[] = [];
  const names: string[] = [];
  const warnings: string[] = [];
  let length = container.spec.env?.length ?? 0;
  for (const [name, seconds] of wanted) {
    const value = String(seconds);
    const found = variable(container, name);
    if (found?.value === value) continue;
    if (found === undefined || (found.value !== undefined && ours.includes(name))) {
      edits.push(
        found === undefined
          ? { op: "set", at: container.path("env", length++), value: { name, value } }
          : { op: "set", at: found.at, value },
      );
      names.push(name);
    } else {
      const says = found.value === undefined ? "taken from elsewhere" : JSON.stringify(shorten(found.value, 40));
      warnings.push(`${name} of ${container.name} is ${says}, though ${value} would be right; it is left as it is.`);
    }
  }
  return { edits, names, warnings };
}

/** Gives a hook that was just added its token. Hook and proxy must have the same one, so an author's own comes first. */
export function tellToken(container: Container, token: string | undefined, variablesAdded: number): Told {
  const nothing: Told = { edits: [], names: [], warnings: [] };
  if (container.preStop?.httpGet === undefined) return nothing;
  const own = variable(container, tokenVariable);
  if (own !== undefined && own.value === undefined) {
    const warning = `The preStop hook of ${container.name} has no token: only the cluster knows its ${tokenVariable}.`;
    return { ...nothing, warnings: [warning] };
  }
  const value = own?.value ?? token;
  if (value === undefined || value === "") return nothing;
  const header: Edit = {
    op: "set",
    at: container.path("lifecycle", "preStop", "httpGet", "httpHeaders"),
    value: [{ name: "Authorization", value: `Bearer ${value}` }],
  };
  if (own !== undefined) return { ...nothing, edits: [header] };
  const index = (container.spec.env?.length ?? 0) + variablesAdded;
  const added: Edit = { op: "set", at: container.path("env", index), value: { name: tokenVariable, value } };
  return { ...nothing, edits: [header, added], names: [tokenVariable] };
}
