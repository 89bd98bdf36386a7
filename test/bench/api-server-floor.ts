/** The floor behind an API server: a bare Fastify TLS webhook that allows everything. Prints its port. */
import { readFileSync } from "node:fs";
import { fastify } from "fastify";

const [cert = "", key = ""] = process.argv.slice(2);
const app = fastify({ https: { cert: readFileSync(cert), key: readFileSync(key) }, bodyLimit: 7 * 1024 * 1024 });
for (const path of ["/mutate", "/validate"]) {
  app.post(path, (request, reply) => {
    const { uid } = (request.body as { request: { uid: string } }).request;
    void reply.send({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { uid, allowed: true } });
  });
}
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
console.log(JSON.stringify({ msg: "listening", port: typeof address === "object" ? address?.port : undefined }));
