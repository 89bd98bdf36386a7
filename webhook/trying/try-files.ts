import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { resolve } from "node:path";
import { applyPatch, type PatchOperation } from "../../policies/admission/json-patch.ts";
import { readConfigDocument } from "../../policies/config-document.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { issueSelfSigned } from "../certs/issue.ts";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import { programError } from "../errors.ts";
import { withoutInlineWaivers } from "../inline-waivers.ts";
import { fixed } from "../serving/fixed.ts";
import { readKeyPair } from "../serving/key-pair.ts";
import { createMetrics } from "../serving/metrics.ts";
import { buildServer } from "../serving/server.ts";
import type { Terminal } from "../terminal.ts";
import { describeTrial, type Trial } from "./describe.ts";
import { podsOfFiles, type TriedPod } from "./pods-of-files.ts";
import { sendReview, type Target } from "./send-review.ts";

export interface TryOptions {
  readonly configFile: string | undefined;
  /** False: annotations waive nothing. */
  readonly inlineWaivers: boolean;
  /** As if every namespace had opted in. */
  readonly optedIn: boolean;
}

/** Sends the pods of files through a server of their own and prints what becomes of them; 0 whatever that is. */
export async function tryFiles(paths: readonly string[], options: TryOptions, terminal: Terminal): Promise<number> {
  const { cwd, stdout, stderr } = terminal;
  const written = await readConfig(options.configFile, cwd, terminal.now());
  const config = options.inlineWaivers ? written : withoutInlineWaivers(written);
  const { pods, notes } = await podsOfFiles(paths, cwd);
  for (const note of notes) stderr.write(`gracewarden-webhook: ${printable(note)}\n`);
  if (pods.length === 0) throw programError("no-pods");
  const width = Math.max(60, Math.min(stdout.columns ?? 100, 120));
  await withServer(config, terminal, async (target) => {
    for (const pod of pods) {
      const trial = await tryPod(pod, options.optedIn ? "/mutate/namespace" : "/mutate", target);
      stdout.write(`${printable(describeTrial(trial, width))}\n`);
    }
  });
  return 0;
}

async function tryPod(pod: TriedPod, path: string, target: Target): Promise<Trial> {
  const mutation = await sendReview(target, path, pod.namespace, pod.value);
  const patch =
    mutation.patch === undefined
      ? []
      : (JSON.parse(Buffer.from(mutation.patch, "base64").toString("utf8")) as PatchOperation[]);
  const admitted = applyPatch(pod.value, patch);
  return { pod, mutation, admitted, validation: await sendReview(target, "/validate", pod.namespace, admitted) };
}

/** Runs with a server on a free port of loopback, under a certificate that exists only as long. */
async function withServer(config: Config, terminal: Terminal, use: (target: Target) => Promise<void>): Promise<void> {
  const now = terminal.now();
  const { certPem, keyPem, caPem } = issueSelfSigned({ dnsNames: ["localhost", "127.0.0.1"], days: 1, now });
  const pair = readKeyPair(Buffer.from(certPem), Buffer.from(keyPem), undefined);
  if ("problem" in pair) throw programError("bad-certificate", pair.problem);
  const { app } = buildServer({
    rules,
    config: fixed(config, now),
    keyPair: fixed(pair.value, now),
    preStopToken: undefined,
    phase: () => "serving",
    metrics: createMetrics(),
    now: terminal.now,
    writeLog: () => {},
    residentBytes: terminal.residentBytes,
  });
  const agent = new Agent({ keepAlive: true, ca: caPem });
  try {
    await app.listen({ host: "127.0.0.1", port: 0 });
    const address = app.server.address();
    if (address === null || typeof address === "string") throw programError("cannot-listen", "127.0.0.1", "no port");
    await use({ port: address.port, agent });
  } finally {
    agent.destroy();
    await app.close();
  }
}

async function readConfig(file: string | undefined, cwd: string, now: Date): Promise<Config> {
  if (file === undefined) return defaultConfig;
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(cwd, file));
  } catch (error) {
    throw programError("unreadable-file", file, `cannot be read: ${systemReason(error)}`);
  }
  const reading = await readConfigDocument(file, bytes, rules, now);
  if ("problems" in reading) throw programError("bad-config", reading.problems.join("\n  "));
  return reading.config;
}

/** Control characters of a manifest must not reach the terminal: they could rewrite what it shows. */
const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- it is them that are replaced
  text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, "\uFFFD");
