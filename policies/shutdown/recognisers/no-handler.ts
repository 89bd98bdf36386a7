import type { Container } from "../../pods/pod.ts";
import { between, exactly, type Interval } from "../interval.ts";
import { parseSeconds } from "../duration.ts";
import type { Recogniser } from "../recogniser.ts";

const source = "https://man7.org/linux/man-pages/man7/pid_namespaces.7.html";

/** Programs that wait and have no handler for SIGTERM: as PID 1 they never see it (D9), anywhere else they die of it. */
export const noHandler: Recogniser = {
  name: "no handler",
  recognise: ({ container, pod }) => {
    const { program = "", first } = container.process;
    const waits = waiting(container);
    if (waits === undefined) return undefined;
    const isPid1 = first !== "init" && first !== "wrapper" && !pod.sharesProcessNamespace && pod.spec.hostPID !== true;
    return isPid1
      ? {
          seconds: waits,
          known: true,
          text: `${program} as PID 1 ignores SIGTERM`,
          at: container.path("command"),
          source,
        }
      : {
          seconds: between(0, 0.1),
          known: true,
          text: `${program} ends at once on SIGTERM`,
          at: container.path("command"),
          source,
        };
  },
};

/** How long the program goes on by itself; undefined where it is none of them. */
function waiting({ process, spec }: Container): Interval | undefined {
  const { program, programArgs } = process;
  if (program === "sleep") {
    const terms = programArgs.map((term) => parseSeconds(term, "s"));
    const sum = terms.reduce<number>((seconds, term) => seconds + (term ?? Infinity), 0);
    return Number.isFinite(sum) ? between(0, sum) : exactly(Infinity);
  }
  if (program === "tail")
    return programArgs.some((word) => /^(-[a-z0-9]*f|--follow|-F)/i.test(word)) ? exactly(Infinity) : undefined;
  if (program === "cat")
    return programArgs.length === 0 && (spec.stdin === true || spec.tty === true) ? exactly(Infinity) : undefined;
  return undefined;
}
