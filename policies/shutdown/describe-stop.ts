import { formatSeconds, rounded, type Interval } from "./interval.ts";
import type { Row, Timeline } from "./timeline.ts";

/** `deletion: 30 s of grace (terminationGracePeriodSeconds)` */
export const describeStop = ({ cause, grace }: Timeline): string =>
  `${describeCause(cause)}: ${formatSeconds(grace.seconds)} of grace (${grace.origin.text})`;

function describeCause(cause: Timeline["cause"]): string {
  switch (cause.kind) {
    case "delete":
      return "deletion";
    case "liveness":
      return "restart by a failed probe";
    case "node-shutdown":
      return `node shutdown with ${cause.seconds} s`;
    case "spot":
      return `spot notice with ${cause.seconds} s`;
    case "hard-eviction":
      return "hard eviction under node pressure";
    default:
      return cause satisfies never;
  }
}

/** What happens to a container when, and who says so: a line for the hook, the signal and the end. */
export function stopNotes({ hook, drain, signal, kill, exit, outcome }: Row): readonly string[] {
  const lines: string[] = [];
  if (hook !== undefined)
    lines.push(`preStop ${hook.known ? formatSeconds(hook.seconds) : "of unknown length"} (${hook.origin.text})`);
  lines.push(
    `SIGTERM ${moment(signal)}; needs ${drain.known ? formatSeconds(drain.seconds) : "an unknown time"} (${drain.origin.text})`,
  );
  const end =
    outcome === "exits"
      ? `exits ${moment(exit)}`
      : outcome === "killed"
        ? `is killed ${moment(kill)}`
        : `exits by itself or is killed ${moment(kill)}`;
  lines.push(end);
  return lines;
}

function moment({ min, max }: Interval): string {
  if (min === max) return `at ${rounded(min)} s`;
  return max === Infinity ? `after ${rounded(min)} s or later` : `between ${rounded(min)} and ${rounded(max)} s`;
}
