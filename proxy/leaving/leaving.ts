import type { BaseLogger } from "pino";
import { proxyBudget, type ProxyBudget, type ProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { farewell, type Farewell } from "./farewell.ts";
import { leave, type LeaveOptions } from "./leave.ts";
import { momentsOf, type Phase } from "./phase.ts";

/** Why leaving begins. */
interface Cause {
  /** To be put behind "left 3 s after": `SIGTERM`, `the request of /prestop`, `an error of its own`. */
  readonly reason: string;
  /** The hook tells the proxy, so that the window runs while SIGTERM is still kept back. */
  readonly hookTells: boolean;
  /** Why the proxy leaves on its own account. */
  readonly failure?: string;
}

export interface Leaving {
  /** Undefined until it has begun. */
  phase(): Phase | undefined;
  /** The second and further calls change nothing, but that a failure is kept. */
  begin(cause: Cause): void;
  /** Nothing is waited for any more. */
  force(): void;
  /** Settles when calls need not succeed any longer: then SIGTERM may come. */
  readonly windowOver: Promise<void>;
  readonly begun: Promise<void>;
  readonly done: Promise<Farewell>;
}

export interface LeavingOptions extends Pick<LeaveOptions, "now" | "sleep" | "backends" | "flush" | "waitingCalls"> {
  readonly fronts: () => LeaveOptions["fronts"];
  readonly clock: Partial<ProxySettings>;
  /** Calls are sent here by somebody who must first be told to stop: it has been ready, on a port. */
  readonly isEndpoint: () => boolean;
  /** What was begun before leaving (listening, say) is not left half done. */
  readonly assembled: Promise<unknown>;
  readonly log: BaseLogger;
}

/** Leaving, once for all: whoever begins first sets the clock. */
export function createLeaving(options: LeavingOptions): Leaving {
  const { now, sleep, clock, log } = options;
  const begun = Promise.withResolvers<void>();
  const windowOver = Promise.withResolvers<void>();
  const done = Promise.withResolvers<Farewell>();
  const forced = Promise.withResolvers<void>();
  let phase: Phase | undefined;
  let failure: string | undefined;
  let isBegun = false;

  const run = async ({ reason, hookTells }: Cause): Promise<Farewell> => {
    const beganAt = now();
    const budget = proxyBudget(clock, { hookTells });
    // What a plain sleep has used up is part of the grace period, though nobody told us when it began.
    const origin = beganAt - (hookTells ? 0 : (clock.preStopSeconds ?? 0));
    const moments = momentsOf(budget, origin, options.isEndpoint());
    tellBudget(budget, reason, log);
    await Promise.race([options.assembled, sleep(secondsToAssemble)]);
    const report = await leave({
      ...options,
      moments,
      fronts: options.fronts(),
      forced: forced.promise,
      onPhase: (next) => {
        phase = next;
        if (next !== "window") windowOver.resolve();
        log.info({ phase: next, seconds: rounded(now() - beganAt) }, `leaving: ${phaseSentences[next]}`);
      },
    });
    return farewell(report, { reason, seconds: now() - beganAt, failure });
  };

  return {
    phase: () => phase,
    begin(cause) {
      failure ??= cause.failure;
      if (isBegun) return;
      isBegun = true;
      phase = "window";
      begun.resolve();
      run(cause).then(done.resolve, done.reject);
    },
    force() {
      forced.resolve();
    },
    windowOver: windowOver.promise,
    begun: begun.promise,
    done: done.promise,
  };
}

/** Listening and reading the configuration take a part of that. */
const secondsToAssemble = 2;

const phaseSentences: Readonly<Record<Phase, string>> = {
  window: "calls still succeed while endpoints leave",
  quieting: "not ready any more; calls are still answered",
  refusing: "new calls are refused, those in flight go on",
  closing: "the last calls are over; backends end",
};

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

function tellBudget(
  { graceSeconds, neededGraceSeconds, propagation, drain, backendStop, flush, shortened }: ProxyBudget,
  reason: string,
  log: BaseLogger,
): void {
  const data = { reason, graceSeconds, neededGraceSeconds, propagation, drain, backendStop, flush };
  if (shortened.length === 0) return log.info(data, "leaving");
  log.warn(
    { ...data, shortened },
    `leaving in a grace period that is too short: ${graceSeconds} s where the settings need ${neededGraceSeconds} s, so ${shortened.join(" and ")} got less`,
  );
}
