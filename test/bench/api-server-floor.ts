/**
 * The floor behind an API server: a bare Fastify TLS webhook that allows everything, and patches what opted in by a patch
 * like ours that is always the same. Prints its port.
 */
import { readFileSync } from "node:fs";
import { fastify } from "fastify";

const [cert = "", key = ""] = process.argv.slice(2);
const app = fastify({ https: { cert: readFileSync(cert), key: readFileSync(key) }, bodyLimit: 7 * 1024 * 1024 });
const annotation = {
  "gracewarden.io/injected": JSON.stringify({ rules: ["prestop-delay"], hooks: { web: "sleep 5" } }),
};
const patch = Buffer.from(
  JSON.stringify([
    { op: "add", path: "/spec/containers/0/lifecycle", value: { preStop: { sleep: { seconds: 5 } } } },
    { op: "add", path: "/metadata/annotations", value: annotation },
  ]),
).toString("base64");

interface Review {
  readonly request: {
    readonly uid: string;
    readonly object: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } };
  };
}

for (const path of ["/mutate", "/validate"]) {
  app.post(path, (request, reply) => {
    const { uid, object } = (request.body as Review).request;
    const optedIn = path === "/mutate" && object.metadata.labels["gracewarden.io/inject"] === "true";
    const response = { uid, allowed: true, ...(optedIn && { patchType: "JSONPatch", patch }) };
    void reply.send({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response });
  });
}
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
console.log(JSON.stringify({ msg: "listening", port: typeof address === "object" ? address?.port : undefined }));
