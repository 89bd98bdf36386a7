import type { PolicySettings } from "../../../policies/cel/validating-policy.ts";

/** Policies for one namespace alone, on pods and on workloads. */
export const settingsIn = (
  namespace: string,
  { today, enforcement }: Pick<PolicySettings, "today" | "enforcement">,
): PolicySettings => ({
  name: namespace,
  version: "0.0.0",
  today,
  namespaces: [namespace],
  workloads: true,
  enforcement,
});
