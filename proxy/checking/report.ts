import type { ProxyBudget } from "../../policies/shutdown/proxy-budget.ts";
import type { PodAdvice } from "./pod-advice.ts";
import type { ShownConfig } from "./shown-config.ts";

/** What `check` prints for people. */
export function report(config: ShownConfig, advice: PodAdvice): string {
  const { budget, timeline, yaml, warnings, connectSeconds } = advice;
  return [
    "The configuration, with its defaults; secrets are not shown:",
    indented(JSON.stringify(config, undefined, 2)),
    ...(warnings.length === 0 ? [] : ["To be looked at:", ...warnings.map((warning) => `  - ${warning}`), ""]),
    `The budget of a shutdown, in seconds since the kubelet begins; the grace period is ${budget.graceSeconds} s:`,
    indented(budgetTable(budget)),
    "How the kubelet sees it:",
    indented(timeline),
    `For the pod template (the startup probe waits ${connectSeconds} s for required backends, and some for the process):`,
    indented(yaml.trimEnd()),
  ].join("\n");
}

const indented = (text: string): string => `${text.replaceAll(/^(?=.)/gm, "  ")}\n`;

const rows: readonly (readonly [keyof Pick<ProxyBudget, "propagation" | "drain" | "backendStop" | "flush">, string])[] =
  [
    ["propagation", "endpoints leave; every call still succeeds, each response says Connection: close"],
    ["drain", "not ready; calls in flight are finished, then cut with error -32010"],
    ["backendStop", "all backends at once: end of stdin, SIGTERM to the group, SIGKILL, proof"],
    ["flush", "audit and traces; then exit, 0 only if nothing was cut or left behind"],
  ];

/** A line for each phase. */
export function budgetTable(budget: ProxyBudget): string {
  const lines = rows.map(([phase, what]) => {
    const { start, end } = budget[phase];
    return `${seconds(start).padStart(6)} -${seconds(end).padStart(6)}   ${phase.padEnd(12)} ${what}`;
  });
  const margin = `${seconds(budget.flush.end).padStart(6)} -${seconds(budget.graceSeconds).padStart(6)}   ${"margin".padEnd(12)} kept free before the kubelet's SIGKILL`;
  const short = budget.shortened.length === 0 ? [] : [`got less than their settings: ${budget.shortened.join(", ")}`];
  return [...lines, margin, ...short].join("\n");
}

const seconds = (value: number): string => String(Math.round(value * 100) / 100);
