import { expect, it } from "vitest";
import type { BackendHealth } from "../../proxy/backends/backend.ts";
import { createMetrics, observe } from "../../proxy/telemetry/metrics.ts";

const health = (state: BackendHealth["state"], restarts: number): BackendHealth => ({
  name: "a",
  state,
  restarts,
  required: true,
  inFlight: 0,
});

it("a backend that each session has its own of is counted by states; its restarts never go down", async () => {
  const metrics = createMetrics();
  observe(metrics, {
    backends: () => [health("idle", 1), health("ready", 2), health("ready", 0)],
    shared: () => [health("idle", 1)],
    inFlight: () => 0,
    waiting: () => 0,
    sessions: () => 0,
    streams: () => 0,
    shares: { calls: { refused: () => ({ full: 0, share: 3 }) } },
    state: () => "ready",
    configGeneration: () => 1,
    configFailures: () => 0,
    auditLost: () => 0,
    residentBytes: () => 1,
  });
  for (const _ of [1, 2]) {
    const text = await metrics.registry.metrics();
    expect(text).toContain('gracewarden_proxy_backend_state{backend="a",state="ready"} 2');
    expect(text).toContain('gracewarden_proxy_backend_state{backend="a",state="idle"} 1');
    expect(text).toContain('gracewarden_proxy_backend_state{backend="a",state="waiting"} 0');
    expect(text).toContain('gracewarden_proxy_limit_refusals_total{limit="calls",why="share"} 3');
    expect(text).toContain('gracewarden_proxy_backend_restarts_total{backend="a"} 1');
  }
});
