// Runs in every test pod and says on stdout, in milliseconds of the node's clock, what happens to it.
// The last heartbeat tells when it was killed. Settings: DRAIN_MS (from SIGTERM to exit, default 0),
// ON_SIGTERM=ignore (a listener that does nothing) or default (no listener at all), PORT and ANSWER_MS (a server that answers late).
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";

const { DRAIN_MS = "0", ON_SIGTERM = "drain", PORT, ANSWER_MS = "0" } = process.env;

const say = (event) => process.stdout.write(`${JSON.stringify({ at: Date.now(), event })}\n`);

process.on("exit", () => say("exit"));
if (ON_SIGTERM !== "default") {
  process.on("SIGTERM", () => {
    say("sigterm");
    if (ON_SIGTERM === "drain") void setTimeout(Number(DRAIN_MS)).then(() => process.exit(0));
  });
}
if (PORT) {
  createServer(async (_, response) => {
    await setTimeout(Number(ANSWER_MS));
    response.end();
  }).listen(Number(PORT));
}
setInterval(() => say("beat"), 50);
