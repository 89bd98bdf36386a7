import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rules } from "../../policies/rules/index.ts";
import { definePodRule } from "../../policies/rule.ts";
import { makeClientCertificate } from "./certificates.ts";
import { call } from "./client.ts";
import { startServer, type InProcess } from "./in-process.ts";
import { plainPod, reviewOf, sharingPod } from "./reviews.ts";

let server: InProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** The server answers a good review as ever. */
async function expectAlive(target = server): Promise<void> {
  const { status, json } = await call(target, "/mutate", { body: reviewOf(plainPod) });
  expect(status).toBe(200);
  expect(json).toMatchObject({ response: { uid: "0a1b2c", allowed: true, patchType: "JSONPatch" } });
}

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const container = (index: number) => ({
  name: `c${index}`,
  image: "nginx:1.27",
  ports: [{ containerPort: 8000 + index }],
});

interface Refused {
  readonly name: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
  readonly says?: string;
}

const refused: readonly Refused[] = [
  { name: "not JSON", body: "surprise", status: 400, code: "not-json" },
  { name: "half of a review", body: reviewOf(plainPod).slice(0, 200), status: 400, code: "not-json" },
  { name: "no body", body: "", status: 400, code: "no-body" },
  {
    name: "another content type",
    body: reviewOf(plainPod),
    headers: { "content-type": "text/plain" },
    status: 415,
    code: "wrong-content-type",
  },
  {
    name: "no content type",
    body: reviewOf(plainPod),
    headers: { "content-type": "" },
    status: 415,
    code: "wrong-content-type",
  },
  {
    name: "a v1beta1 review",
    body: JSON.stringify({ apiVersion: "admission.k8s.io/v1beta1", kind: "AdmissionReview", request: { uid: "u" } }),
    status: 400,
    code: "not-a-review",
    says: "admissionReviewVersions",
  },
  {
    name: "another kind",
    body: JSON.stringify({ apiVersion: "v1", kind: "Pod" }),
    status: 400,
    code: "not-a-review",
    says: "AdmissionReview",
  },
  { name: "a list", body: "[]", status: 400, code: "not-a-review" },
  { name: "null", body: "null", status: 400, code: "not-a-review" },
  { name: "no uid", body: reviewOf(plainPod, { uid: undefined }), status: 400, code: "not-a-review", says: "uid" },
  { name: "object null", body: reviewOf(null), status: 400, code: "not-a-review", says: "object" },
  { name: "8 MiB", body: reviewOf({ ...plainPod, pad: "x".repeat(8 * 1024 * 1024) }), status: 413, code: "too-large" },
  { name: "10,000 levels", body: deep(10_000), status: 400, code: "too-deep" },
  {
    name: "10,000 levels inside a review",
    body: reviewOf(plainPod).replace('"nginx:1.27"', deep(10_000)),
    status: 400,
    code: "too-deep",
  },
  {
    name: "invalid UTF-8",
    body: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    status: 400,
    code: "not-utf8",
  },
];

describe.each(["/mutate", "/mutate/namespace", "/validate"])("%s refuses", (path) => {
  it.each(refused)("$name", async ({ body, headers, status, code, says = "" }) => {
    const answer = await call(server, path, { body, ...(headers === undefined ? {} : { headers }) });
    expect({ status: answer.status, json: answer.json }).toMatchObject({ status, json: { code } });
    expect((answer.json as { message: string }).message).toContain(says);
    await expectAlive();
  });
});

describe("what is odd and answered", () => {
  it("allows a DELETE, which has no object", async () => {
    for (const path of ["/mutate", "/validate"]) {
      const { status, json } = await call(server, path, {
        body: reviewOf(null, { operation: "DELETE", oldObject: plainPod }),
      });
      expect(status).toBe(200);
      expect(json).toMatchObject({ response: { uid: "0a1b2c", allowed: true } });
    }
  });

  it("takes __proto__ and constructor for keys like any other", async () => {
    const poison = '"__proto__":{"polluted":true,"allowed":true},"constructor":{"prototype":{"polluted":true}},';
    const body = reviewOf(plainPod).replaceAll(/"(metadata|spec|labels)":\{/g, (member) => `${member}${poison}`);
    for (const path of ["/mutate", "/validate"]) {
      const { status, json } = await call(server, path, { body: body.replace("{", `{${poison}`) });
      expect(status).toBe(200);
      expect(json).toMatchObject({ response: { allowed: true } });
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    await expectAlive();
  });

  it("judges a pod of 500 containers", async () => {
    const pod = {
      ...plainPod,
      spec: { ...plainPod.spec, containers: Array.from({ length: 500 }, (_, index) => container(index)) },
    };
    const { json } = await call(server, "/mutate", { body: reviewOf(pod) });
    const { response } = json as { response: { patch: string } };
    const patch = JSON.parse(Buffer.from(response.patch, "base64").toString("utf8")) as { path: string }[];
    expect(patch.filter(({ path }) => path.endsWith("/lifecycle"))).toHaveLength(500);
    expect((await call(server, "/validate", { body: reviewOf(pod) })).status).toBe(200);
  });

  it("answers 404 where nothing is", async () => {
    expect((await call(server, "/mutate")).status).toBe(404);
    expect((await call(server, "/nothing", { body: "{}" })).status).toBe(404);
  });

  it("survives whatever a review may be made of", async () => {
    const review = JSON.parse(reviewOf(plainPod)) as Record<string, unknown>;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("apiVersion", "kind", "request"),
        fc.constantFrom("uid", "operation", "resource", "object", "namespace", "oldObject"),
        fc.constantFrom("metadata", "spec", "kind", "apiVersion"),
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(2),
        async (outer, middle, inner, value, level) => {
          const changed = structuredClone(review) as Record<string, Record<string, Record<string, unknown>>>;
          if (level === 0) changed[outer] = value as never;
          else if (level === 1) changed["request"]![middle] = value as never;
          else changed["request"]!["object"]![inner] = value;
          const { status } = await call(server, "/mutate", { body: JSON.stringify(changed) });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 150 },
    );
    await expectAlive();
  });
});

describe("a rule that crashes", () => {
  const crashing = definePodRule({
    id: "grace-not-zero",
    title: "Throws",
    category: "budget",
    severity: "error",
    why: "It is broken.",
    cites: [],
    needs: "pod",
    // oxlint-disable-next-line require-yield
    *check() {
      throw new Error("the secret of the pod");
    },
    examples: [],
  });
  const broken = [...rules.filter(({ id }) => id !== crashing.id), crashing];

  it("admits unpatched, says so, counts it and logs it", async () => {
    const target = await startServer({ rules: broken });
    try {
      const { json } = await call(target, "/mutate", { body: reviewOf(plainPod) });
      expect(json).toMatchObject({
        response: { allowed: true, warnings: [expect.stringContaining("grace-not-zero")] },
      });
      expect(json).not.toMatchObject({ response: { patch: expect.anything() as unknown } });
      const text = await target.metrics.registry.metrics();
      expect(text).toContain('gracewarden_webhook_unpatched_total{reason="rule-crash"} 1');
      expect(text).toContain('gracewarden_webhook_rule_crashes_total{path="/mutate",rule="grace-not-zero"} 1');
      expect(target.log).toContainEqual(
        expect.objectContaining({ level: "error", outcome: "failed", rule: "grace-not-zero" }),
      );
    } finally {
      await target.close();
    }
  });

  it.each([
    ["deny", false],
    ["warn", true],
  ] as const)("enforced as %s", async (enforcement, allowed) => {
    const settings = {
      enforcement: {
        default: "warn" as const,
        rules: { "grace-not-zero": enforcement },
        namespaces: [],
        locked: [],
        inlineWaivers: true,
      },
    };
    const target = await startServer({ rules: broken, settings });
    try {
      const { json } = await call(target, "/validate", { body: reviewOf(plainPod) });
      expect(json).toMatchObject({ response: { allowed } });
    } finally {
      await target.close();
    }
  });
});

describe("clients", () => {
  it(
    "ends a request that comes too slowly, and no connection on which none was begun",
    { timeout: 15_000 },
    async () => {
      const target = await startServer({ limits: { requestSeconds: 0.6 } });
      try {
        const open = (): Promise<TLSSocket> =>
          new Promise((resolve, reject) => {
            const socket = connect({ host: "127.0.0.1", port: target.port, ca: target.caPem });
            socket.once("secureConnect", () => resolve(socket)).once("error", reject);
          });
        const [fresh, header, body] = await Promise.all([open(), open(), open()]);
        header.write("POST /mutate HTTP/1.1\r\nHost: localhost\r\n");
        body.write(
          "POST /mutate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        );
        const drip = setInterval(() => header.write("X-A: b\r\n"), 100);
        const ends = await Promise.all([header, body].map(textUntilEnd));
        clearInterval(drip);
        for (const text of ends) expect(text).toMatch(/^HTTP\/1.1 408[^]*"code":"too-slow"/);
        expect(fresh.destroyed).toBe(false);
        fresh.write("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        expect(await textUntilEnd(fresh)).toContain("200 OK");
        await expectAlive(target);
      } finally {
        await target.close();
      }
    },
  );

  it("says in its log by which rule a pod was refused, and nothing of what is in it", async () => {
    await call(server, "/validate", { body: reviewOf(sharingPod) });
    const line = server.log.find((entry) => (entry as { outcome?: string }).outcome === "denied");
    expect(line).toMatchObject({ rules: ["no-unsafe-shared-pid-namespace"] });
    expect(line).not.toHaveProperty("spec");
  });

  it("does not hold more large bodies at once than its memory bears", { timeout: 15_000 }, async () => {
    const target = await startServer();
    try {
      const begun = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const socket = await new Promise<TLSSocket>((resolve, reject) => {
            const opened = connect({ host: "127.0.0.1", port: target.port, ca: target.caPem }, () => resolve(opened));
            opened.once("error", reject);
          });
          let text = "";
          socket.on("data", (chunk) => (text += String(chunk))).on("error", () => undefined);
          socket.write(
            `POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${7 * 1024 * 1024}\r\n\r\n{`,
          );
          return { socket, text: () => text };
        }),
      );
      const refusedOnes = () => begun.filter(({ text }) => /^HTTP\/1\.1 503[^]*"code":"too-busy"/.test(text()));
      await expect.poll(() => refusedOnes().length, { timeout: 5000 }).toBe(8);
      await expectAlive(target);
      for (const { socket } of begun) socket.destroy();
      const large = reviewOf({ ...plainPod, metadata: { name: "web", annotations: { note: "x".repeat(200_000) } } });
      await expect.poll(async () => (await call(target, "/validate", { body: large })).status).toBe(200);
    } finally {
      await target.close();
    }
  });

  it("refuses TLS 1.1", async () => {
    await expect(call(server, "/livez", { maxVersion: "TLSv1.1" })).rejects.toThrow(/version|protocol/i);
    await expect(call(server, "/livez", { maxVersion: "TLSv1.2" })).resolves.toMatchObject({ status: 200 });
  });

  it("takes reviews only from clients of the authority, and probes from all", async () => {
    const client = makeClientCertificate();
    const target = await startServer({ clientCaPem: client.caPem });
    try {
      const body = reviewOf(sharingPod);
      expect(await call(target, "/validate", { body })).toMatchObject({
        status: 403,
        json: { code: "no-client-certificate" },
      });
      expect((await call(target, "/validate", { body, cert: client.certPem, key: client.keyPem })).status).toBe(200);
      expect((await call(target, "/readyz")).status).toBe(200);
    } finally {
      await target.close();
    }
  });
});

function textUntilEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("error", () => {})
      .on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}
