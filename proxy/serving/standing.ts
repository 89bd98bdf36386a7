import type { Standing } from "../admin/admin-server.ts";
import type { Backend } from "../backends/backend.ts";
import type { Phase } from "../leaving/phase.ts";

export interface StandingOptions {
  readonly backends: () => readonly Backend[];
  /** Whether a backend has connected and listed, or its lists are known from a former run. */
  readonly isListed: (backend: Backend) => boolean;
  readonly isListening: () => boolean;
  readonly phase: () => Phase | undefined;
  readonly isGone: () => boolean;
}

/**
 * What probes are told. Started is for good: a backend that dies later is restarted, its calls are answered with an
 * error meanwhile, and /health says so; taking the whole proxy out of its Services would help nobody.
 */
export function standingOf(options: StandingOptions): () => Standing {
  const { backends, isListed, isListening, phase, isGone } = options;
  let isStarted = false;
  let wasReady = false;
  return () => {
    const missing = backends().filter((backend) => backend.config.required && !isListed(backend));
    isStarted ||= isListening() && missing.length === 0;
    const leaving = phase();
    if (leaving === undefined) wasReady = isStarted;
    return {
      state: isGone() ? "stopped" : stateOf(leaving, isStarted, isListening()),
      isStarted,
      isReady: wasReady && (leaving === undefined || leaving === "window"),
      waitingFor: isStarted ? [] : missing.map(sentence),
    };
  };
}

function stateOf(phase: Phase | undefined, isStarted: boolean, isListening: boolean): Standing["state"] {
  switch (phase) {
    case undefined:
      return isStarted ? "ready" : isListening ? "warming" : "starting";
    case "window":
    case "quieting":
    case "refusing":
      return "draining";
    case "closing":
      return "closing";
    default:
      return phase satisfies never;
  }
}

function sentence(backend: Backend): string {
  const { state, problem } = backend.health();
  return `backend ${backend.name} is required and ${state === "ready" ? "has not told its lists" : `is ${state}`}${problem === undefined ? "" : `: ${problem}`}`;
}
