import { parseArgs } from "node:util";
import type { ConfigurationReference } from "./cluster.ts";
import { certsError } from "./errors.ts";
import type { Names } from "./perform.ts";
import { contradiction, type Settings } from "./settings.ts";

/** What a run was asked for. */
export interface Options {
  readonly namespace: string | undefined;
  readonly service: string;
  readonly names: Names;
  readonly configurations: readonly ConfigurationReference[];
  readonly allowMissingConfigurations: boolean;
  readonly settings: Omit<Settings, "dnsNames">;
}

/** The options as `--help` shows them and the parser takes them. */
const options = {
  namespace: {
    type: "string",
    value: "NAME",
    text: "of Secrets and Service; default: the one that the command runs in",
  },
  secret: { type: "string", value: "NAME", default: "gracewarden-webhook-tls", text: "what serving pods mount" },
  "ca-secret": { type: "string", value: "NAME", text: "where the CA's key is; default: the Secret's name and -ca" },
  service: { type: "string", value: "NAME", default: "gracewarden-webhook", text: "that the API server calls" },
  "mutating-configuration": {
    type: "string",
    multiple: true,
    value: "NAME",
    text: "to be trusted in; may be repeated",
  },
  "validating-configuration": {
    type: "string",
    multiple: true,
    value: "NAME",
    text: "to be trusted in; may be repeated",
  },
  "allow-missing-configurations": { type: "boolean", text: "leave out configurations that are not there yet" },
  "ca-days": { type: "string", value: "N", default: "365", text: "life of a CA" },
  "leaf-days": { type: "string", value: "N", default: "30", text: "life of a leaf" },
  "renew-before-days": { type: "string", value: "N", default: "10", text: "what is left of a leaf that is renewed" },
  "overlap-hours": { type: "string", value: "N", default: "24", text: "how long an old CA stays trusted" },
  "settle-seconds": { type: "string", value: "N", default: "10", text: "wait before a new CA's first leaf is served" },
  help: { type: "boolean", short: "h", text: "this text" },
} as const;

/** Reads the arguments, or gives "help". Throws a CertsError that says what is wrong with them. */
export function readOptions(args: readonly string[]): Options | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  const configurations = [
    ...references("MutatingWebhookConfiguration", values["mutating-configuration"]),
    ...references("ValidatingWebhookConfiguration", values["validating-configuration"]),
  ];
  if (configurations.length === 0)
    throw certsError("usage", ["name what has to trust the CA: --mutating-configuration, --validating-configuration"]);
  const settings = {
    caDays: positive("ca-days", values["ca-days"]),
    leafDays: positive("leaf-days", values["leaf-days"]),
    renewBeforeDays: positive("renew-before-days", values["renew-before-days"]),
    overlapHours: positive("overlap-hours", values["overlap-hours"]),
    settleSeconds: notNegative("settle-seconds", values["settle-seconds"]),
  };
  const problem = contradiction({ ...settings, dnsNames: [] });
  if (problem !== undefined) throw certsError("usage", [problem]);
  const names = { tlsSecret: values.secret, caSecret: values["ca-secret"] ?? `${values.secret}-ca` };
  if (names.tlsSecret === names.caSecret)
    throw certsError("usage", ["--secret and --ca-secret must differ: serving pods must not hold the CA's key"]);
  for (const [option, name] of [
    ["secret", names.tlsSecret],
    ["ca-secret", names.caSecret],
    ["service", values.service],
    ...(values.namespace === undefined ? [] : [["namespace", values.namespace] as const]),
  ] as const)
    if (!nameForm.test(name)) throw certsError("usage", [`--${option} "${name}" cannot be the name of anything`]);
  return {
    namespace: values.namespace,
    service: values.service,
    names,
    configurations,
    allowMissingConfigurations: values["allow-missing-configurations"] === true,
    settings,
  };
}

export function help(): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const shown = `--${name}${"value" in option ? ` ${option.value}` : ""}`;
    return `  ${shown.padEnd(32)}${option.text}${"default" in option ? ` (${option.default})` : ""}`;
  });
  return [
    "Usage: gracewarden-webhook certs [options]",
    "",
    "Makes and rotates the certificates of the webhook: one run does what is due and ends. Run it at installation",
    "and then at least daily.",
    "",
    ...rows,
    "",
    "Exit codes: 0 all in order, 1 it could not be done, 2 wrong usage.",
    "",
  ].join("\n");
}

/** RFC 1123 subdomain, as Kubernetes takes for names. */
const nameForm = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    // Behind its first sentence Node explains how to write a positional argument, of which there are none.
    const [sentence = ""] = (cause as Error).message.split(". ");
    throw certsError("usage", [sentence], { cause });
  }
}

const references = (
  kind: ConfigurationReference["kind"],
  names: readonly string[] | undefined,
): readonly ConfigurationReference[] => [...new Set(names)].map((name) => ({ kind, name }));

function positive(option: string, text: string): number {
  const number = notNegative(option, text);
  if (number === 0) throw certsError("usage", [`--${option} cannot be 0`]);
  return number;
}

function notNegative(option: string, text: string): number {
  if (!/^\d{1,6}(?:\.\d+)?$/.test(text)) throw certsError("usage", [`--${option} cannot be "${text}": give a number`]);
  return Number(text);
}
