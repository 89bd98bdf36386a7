import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BackendHealth, BackendState } from "../backends/backend.ts";
import type { FairShare } from "../fair-share.ts";
import type { CallRecord } from "./call-record.ts";

/** What the proxy counts. Labels have few values: backends of the configuration, outcomes, states; never a tool's name. */
export interface Metrics {
  readonly registry: Registry;
  readonly record: (call: CallRecord) => void;
}

const name = (suffix: string): string => `gracewarden_proxy_${suffix}`;

/** Counters in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    registers,
    name: name("calls_total"),
    help: "Requests of clients, by backend (empty: answered by the proxy) and outcome.",
    labelNames: ["backend", "outcome"],
  });
  const seconds = new Histogram({
    registers,
    name: name("call_duration_seconds"),
    help: "Time from a request to its answer.",
    labelNames: ["backend"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
  });
  return {
    registry,
    record({ backend = "", outcome, seconds: taken }) {
      calls.inc({ backend, outcome });
      seconds.observe({ backend }, taken);
    },
  };
}

/** What is not counted but looked at when asked. */
export interface Observed {
  /** With those of sessions. */
  readonly backends: () => readonly BackendHealth[];
  readonly shared: () => readonly BackendHealth[];
  readonly inFlight: () => number;
  readonly waiting: () => number;
  readonly sessions: () => number;
  readonly streams: () => number;
  readonly shares: Readonly<Record<string, Pick<FairShare, "refused">>>;
  readonly state: () => string;
  readonly configGeneration: () => number;
  readonly configFailures: () => number;
  readonly auditLost: () => number;
  readonly residentBytes: () => number;
}

const backendStates: readonly BackendState[] = ["idle", "connecting", "ready", "waiting", "stopped"];
const proxyStates = ["starting", "warming", "ready", "draining", "closing", "stopped"];

/** Adds the gauges; each reads its source when the registry is asked. */
export function observe({ registry }: Metrics, observed: Observed): void {
  const registers = [registry];
  const gauge = (suffix: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ registers, name: name(suffix), help, collect: () => made.set(read()) });
  };
  const counter = (suffix: string, help: string, read: () => number): void => {
    const made = new Counter({
      registers,
      name: name(suffix),
      help,
      collect() {
        made.reset();
        made.inc(read());
      },
    });
  };
  gauge("calls_in_flight", "Calls dispatched and not answered.", observed.inFlight);
  gauge(
    "calls_waiting",
    "Calls whose client was asked something and has not come back with the answer.",
    observed.waiting,
  );
  gauge("sessions", "Legacy sessions that have a stream or subscriptions here.", observed.sessions);
  gauge("streams", "Open streams of clients.", observed.streams);
  gauge("config_generation", "How often a configuration was taken.", observed.configGeneration);
  counter("config_failures_total", "Configurations that were not taken.", observed.configFailures);
  counter("audit_lost_total", "Lines of the audit log that could not be written.", observed.auditLost);
  gauge("resident_memory_bytes", "Memory that the process holds.", observed.residentBytes);
  const refusals = new Counter({
    registers,
    name: name("limit_refusals_total"),
    help: "What was not taken from clients: all of a limit was in use (full), or one client had its share of it (share).",
    labelNames: ["limit", "why"],
    collect() {
      refusals.reset();
      for (const [limit, share] of Object.entries(observed.shares))
        for (const [why, count] of Object.entries(share.refused())) refusals.inc({ limit, why }, count);
    },
  });
  oneOf("state", "1 for the state of the proxy.", proxyStates, observed.state);
  const states = new Gauge({
    registers,
    name: name("backend_state"),
    help: "How many of a backend are in the state: 1, but with perSession one for each session more.",
    labelNames: ["backend", "state"],
    collect() {
      states.reset();
      for (const { name: backend, state } of observed.backends())
        for (const each of backendStates) states.inc({ backend, state: each }, each === state ? 1 : 0);
    },
  });
  const restarts = new Counter({
    registers,
    name: name("backend_restarts_total"),
    help: "How often a backend was started again.",
    labelNames: ["backend"],
    collect() {
      restarts.reset();
      // Not those of sessions: with each that ends the counter would go down.
      for (const { name: backend, restarts: count } of observed.shared()) restarts.inc({ backend }, count);
    },
  });

  function oneOf(suffix: string, help: string, values: readonly string[], read: () => string): void {
    const made = new Gauge({
      registers,
      name: name(suffix),
      help,
      labelNames: ["state"],
      collect() {
        const current = read();
        for (const state of values) made.set({ state }, state === current ? 1 : 0);
      },
    });
  }
}
