import { expect, it } from "vitest";
import { forRequests } from "../../../policies/pods/traffic-path.ts";
import { objectOf } from "./object-of.ts";

it.each([
  ["shop", [{ name: "http", port: 80 }], true],
  ["shop", [{ name: "http-metrics", port: 9090 }], false],
  ["shop", [{ port: 80 }, { name: "metrics", port: 9090 }], true],
  ["shop-metrics", [{ port: 9090 }], false],
  ["shop-metrics-service", [{ port: 8443 }], false],
  ["redis-exporter", [{ port: 9121 }], false],
  ["shop-metrics", [{ port: 80 }, { port: 9090 }], true],
  ["metrics-server", [{ port: 443 }], true],
  ["monitoring-grafana", [{ port: 80 }], true],
  ["prometheus", [{ name: "prometheus", port: 9090 }], true],
  ["prometheus-redis-exporter", [{ name: "http", port: 9121 }], false],
  ["custom-metrics-stackdriver-adapter", [{ port: 443 }], true],
])("Service %s with ports %j leads requests: %s", (name, ports, leads) => {
  const service = objectOf({ apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports } });
  expect(forRequests([service])).toEqual(leads ? [service] : []);
});
