/**
 * Loads a server with reviews over kept connections for some seconds, as a process of its own, and prints what came of
 * it as JSON: `node webhook-load.ts PORT PATH BODY-FILE CONNECTIONS SECONDS`. In each body `00000` is another number: where
 * it stands in a generated name, pods of one template come; where it stands in the template, each is a new one.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const [port = "", path = "", file = "", connections = "50", seconds = "3"] = process.argv.slice(2);
const [head = "", ...tails] = readFileSync(file, "utf8").split("00000");
let sent = 10_000;
const nextBody = (): Buffer => {
  sent = sent === 99_999 ? 10_000 : sent + 1;
  return Buffer.from([head, ...tails].join(String(sent)));
};
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections), rejectUnauthorized: false });

function once(): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = nextBody();
    const headers = { "content-type": "application/json", "content-length": body.length };
    const began = performance.now();
    request({ host: "127.0.0.1", port: Number(port), path, method: "POST", agent, headers }, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`${path} said ${response.statusCode}`));
      });
    })
      .on("error", reject)
      .end(body);
  });
}

const times: number[] = [];
const end = performance.now() + Number(seconds) * 1000;
async function work(): Promise<void> {
  while (performance.now() < end) times.push(await once());
}
await Promise.all(Array.from({ length: Number(connections) }, work));
agent.destroy();
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
console.log(JSON.stringify({ perSecond: times.length / Number(seconds), p50: at(0.5), p99: at(0.99) }));
