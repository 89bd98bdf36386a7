import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Config } from "../../policies/config.ts";
import type { Activity } from "./activity.ts";
import type { Phase } from "./drain.ts";
import type { KeyPair } from "./key-pair.ts";
import type { Live } from "./live-files.ts";

export type ReviewPath = "/mutate" | "/mutate/namespace" | "/validate";

/** What the server counts. Every label has few values: paths, outcomes, reasons and rules, never a name from a review. */
export interface Metrics {
  readonly registry: Registry;
  readonly reviews: Counter<"path" | "outcome" | "reason">;
  /** Seconds from the parsed headers to the answer. */
  readonly seconds: Histogram<"path">;
  readonly patches: Counter<"rule">;
  readonly denials: Counter<"rule">;
  readonly ruleCrashes: Counter<"path" | "rule">;
  readonly malformed: Counter<"reason">;
  readonly unpatched: Counter<"reason">;
  readonly connections: Counter<"outcome">;
}

const name = (suffix: string): string => `gracewarden_webhook_${suffix}`;

/** Counters in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    reviews: new Counter({
      registers,
      name: name("reviews_total"),
      help: "Reviews answered.",
      labelNames: ["path", "outcome", "reason"],
    }),
    seconds: new Histogram({
      registers,
      name: name("review_duration_seconds"),
      help: "Time from a review's headers to its answer.",
      labelNames: ["path"],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    }),
    patches: new Counter({
      registers,
      name: name("patches_total"),
      help: "Changes made to pods, by the rule that asks for them.",
      labelNames: ["rule"],
    }),
    denials: new Counter({
      registers,
      name: name("denials_total"),
      help: "Findings that denied an object, by rule.",
      labelNames: ["rule"],
    }),
    ruleCrashes: new Counter({
      registers,
      name: name("rule_crashes_total"),
      help: "Rules that threw, which is a defect of gracewarden.",
      labelNames: ["path", "rule"],
    }),
    malformed: new Counter({
      registers,
      name: name("malformed_total"),
      help: "Requests refused because they cannot be read, by reason.",
      labelNames: ["reason"],
    }),
    unpatched: new Counter({
      registers,
      name: name("unpatched_total"),
      help: "Pods in scope that were admitted without their patch because something failed.",
      labelNames: ["reason"],
    }),
    connections: new Counter({
      registers,
      name: name("refused_connections_total"),
      help: "Connections that were closed: too many, idle when there were nearly too many, too slow, or no TLS.",
      labelNames: ["outcome"],
    }),
  };
}

const flag = (value: boolean): number => (value ? 1 : 0);

/** What is not counted but looked at when asked. */
export interface Observed {
  readonly config: Live<Config>;
  readonly keyPair: Live<KeyPair>;
  readonly activity: Activity;
  readonly phase: () => Phase;
  readonly residentBytes: () => number;
}

/** Adds the gauges; each reads its source when the registry is asked. */
export function observe({ registry }: Metrics, { config, keyPair, activity, phase, residentBytes }: Observed): void {
  const gauge = (suffix: string, help: string, read: () => number): void => {
    const made = new Gauge({
      registers: [],
      name: name(suffix),
      help,
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(made);
  };
  gauge("reviews_in_flight", "Reviews being answered.", () => activity.reviewsInFlight());
  gauge("draining", "1 once the server was asked to stop.", () => flag(phase() !== "serving"));
  gauge("config_generation", "How often the configuration was taken.", () => config.generation());
  gauge(
    "config_last_reload_timestamp_seconds",
    "When the configuration was last taken.",
    () => config.changedAt().getTime() / 1000,
  );
  gauge("config_last_reload_failed", "1 while the file holds a configuration that was not taken.", () =>
    flag(config.problem() !== undefined),
  );
  gauge(
    "certificate_not_after_timestamp_seconds",
    "When the served certificate ends.",
    () => keyPair.value().notAfter.getTime() / 1000,
  );
  gauge("certificate_last_reload_failed", "1 while the files hold a certificate that was not taken.", () =>
    flag(keyPair.problem() !== undefined),
  );
  gauge("resident_memory_bytes", "Memory that the process holds.", residentBytes);
}
