import { describe, expect, it } from "vitest";
import type { Phase } from "../../webhook/serving/drain.ts";
import { fixed } from "../../webhook/serving/fixed.ts";
import { makeCertificate, pairOf } from "./certificates.ts";
import { call } from "./client.ts";
import { startServer } from "./in-process.ts";
import { plainPod, reviewOf, sharingPod } from "./reviews.ts";

describe("/readyz", () => {
  it.each<[Phase, number, string]>([
    ["serving", 200, "keep-alive"],
    ["announcing", 200, "close"],
    ["leaving", 503, "close"],
  ])("while %s", async (phase, status, connection) => {
    const server = await startServer({ phase: () => phase });
    try {
      expect((await call(server, "/readyz")).status).toBe(status);
      const headers = { connection: "keep-alive" };
      const answer = await call(server, "/mutate", { body: reviewOf(plainPod), headers });
      expect(answer.status).toBe(200);
      expect(answer.headers["connection"]).toBe(connection);
      expect((await call(server, "/mutate", { body: "{", headers })).headers["connection"]).toBe("close");
      expect((await call(server, "/livez")).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it("says so when the clock is past the certificate's end, and serves on", async () => {
    const server = await startServer({ now: () => new Date(Date.now() + 40 * 86_400_000) });
    try {
      const { status, json } = await call(server, "/readyz");
      expect(status).toBe(503);
      expect(json).toMatchObject({
        ready: false,
        checks: { tls: "ok", certificate: expect.stringContaining("expired on") as unknown },
      });
      expect((await call(server, "/mutate", { body: reviewOf(plainPod) })).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it("is not ready while its own listener shows another certificate", async () => {
    const other = fixed(pairOf(makeCertificate()), new Date());
    const first = fixed(pairOf(makeCertificate()), new Date());
    let asked = 0;
    // The listener is built with the first pair; from then on another is held.
    const keyPair = { ...other, value: () => (asked++ === 0 ? first.value() : other.value()) };
    const server = await startServer({ keyPair });
    try {
      const response = await fetchAnyCertificate(server.port);
      expect(response).toContain("another certificate");
    } finally {
      await server.close();
    }
  });
});

describe("the log", () => {
  it("tells of each review in a line, and nothing of what is in the object", async () => {
    const server = await startServer();
    try {
      const secret = "s3cr3t-value";
      const spec = {
        ...sharingPod.spec,
        containers: sharingPod.spec.containers.map((one) => ({ ...one, env: [{ name: "TOKEN", value: secret }] })),
      };
      await call(server, "/validate", { body: reviewOf({ ...sharingPod, spec }) });
      await call(server, "/mutate", { body: `{"${secret}"` });
      expect(server.log).toContainEqual(
        expect.objectContaining({
          level: "info",
          path: "/validate",
          uid: "0a1b2c",
          object: "shop/tools",
          kind: "Pod",
          outcome: "denied",
          ms: expect.any(Number) as unknown,
        }),
      );
      expect(JSON.stringify(server.log)).not.toContain(secret);
      const text = await server.metrics.registry.metrics();
      expect(text).toContain('gracewarden_webhook_denials_total{rule="no-unsafe-shared-pid-namespace"} 1');
      expect(text).toContain('gracewarden_webhook_reviews_total{path="/validate",outcome="denied",reason=""} 1');
      expect(text).toContain('gracewarden_webhook_malformed_total{reason="not-json"} 1');
      expect(text).toContain("gracewarden_webhook_reviews_in_flight 0");
    } finally {
      await server.close();
    }
  });
});

async function fetchAnyCertificate(port: number): Promise<string> {
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/readyz", rejectUnauthorized: false, agent: false }, (incoming) => {
      let text = "";
      incoming
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}
