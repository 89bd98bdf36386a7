import type { StopReport } from "../backends/backend.ts";
import type { CutCall } from "./cut-call.ts";
import type { LeaveReport } from "./leave.ts";

/** What is said of the end, in the log and to whoever looks at the pod's status. */
export interface Farewell {
  readonly exitCode: 0 | 1;
  /** Sentences, the worst first. */
  readonly text: string;
}

/** Exit 0 is a promise: nothing was cut, and nothing was left behind. `failure`: why the proxy left on its own account. */
export function farewell(
  { cut, unread, stops, unfinished, forced }: LeaveReport,
  {
    reason,
    seconds,
    failure,
  }: { readonly reason: string; readonly seconds: number; readonly failure?: string | undefined },
): Farewell {
  const leftBehind = stops.filter(({ leftBehind: pids }) => pids.length > 0);
  const bad = [
    ...(failure === undefined ? [] : [`It failed: ${failure}.`]),
    ...(cut.length === 0 ? [] : [`${cut.length} ${cut.length === 1 ? "call was" : "calls were"} cut: ${calls(cut)}.`]),
    ...(unread === 0
      ? []
      : [`${unread} ${unread === 1 ? "answer was" : "answers were"} lost: not read by the client in time.`]),
    ...leftBehind.map(({ name, leftBehind: pids }) => `Backend ${name} left processes behind: ${pids.join(", ")}.`),
    ...(unfinished.length === 0 ? [] : [`Not known to have ended: ${unfinished.join(", ")}.`]),
  ];
  const notes = [
    ...(forced ? ["A second signal asked for an end at once."] : []),
    ...killed(stops),
    ...(stops.some(({ checkedForDaemons }) => !checkedForDaemons)
      ? ["Without /proc nobody looked for daemons that backends may have left."]
      : []),
  ];
  const begin = `gracewarden-proxy left ${seconds.toFixed(1)} s after ${reason}.`;
  const clean = bad.length === 0 ? ["No call was cut and no process was left behind."] : [];
  return { exitCode: bad.length === 0 ? 0 : 1, text: [begin, ...bad, ...clean, ...notes].join(" ") };
}

const most = 10;

function calls(cut: readonly CutCall[]): string {
  const shown = cut
    .slice(0, most)
    .map(({ method, name, backend, seconds, wasAsked }) => {
      const what = name === undefined ? method : `${method} ${name}`;
      const waiting = wasAsked === true ? ", its client's answer to a question missing" : "";
      return `${what}${backend === undefined ? "" : ` (${backend})`} after ${seconds.toFixed(1)} s${waiting}`;
    })
    .join(", ");
  return cut.length > most ? `${shown} and ${cut.length - most} more` : shown;
}

function killed(stops: readonly StopReport[]): string[] {
  const names = stops.filter(({ by }) => by === "sigkill").map(({ name }) => name);
  return names.length === 0 ? [] : [`Needed SIGKILL: ${names.join(", ")}.`];
}
