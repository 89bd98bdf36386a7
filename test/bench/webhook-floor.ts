/** The floor: a bare Fastify TLS server that parses a review and sends it back. Prints its port. */
import { readFileSync } from "node:fs";
import { fastify } from "fastify";

const [cert = "", key = ""] = process.argv.slice(2);
const app = fastify({ https: { cert: readFileSync(cert), key: readFileSync(key) }, bodyLimit: 7 * 1024 * 1024 });
app.post("/mutate", (request, reply) => {
  void reply.send(request.body);
});
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
console.log(JSON.stringify({ msg: "listening", port: typeof address === "object" ? address?.port : undefined }));
process.on("SIGTERM", () => process.exit(0));
