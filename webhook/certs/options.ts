import { defineSyntax, parseArguments } from "../../linter/command-line/arguments.ts";
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

export const syntax = defineSyntax({
  command: "gracewarden-webhook certs",
  summary:
    "Makes and rotates the certificates of the webhook: one run does what is due and ends. Run it at installation and then at least daily.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    namespace: {
      value: "NAME",
      text: "of Secrets and Service; default: the one that the command runs in",
    },
    secret: { value: "NAME", default: "gracewarden-webhook-tls", text: "what serving pods mount" },
    "ca-secret": { value: "NAME", text: "where the CA's key is; default: the Secret's name and -ca" },
    service: { value: "NAME", default: "gracewarden-webhook", text: "that the API server calls" },
    "mutating-configuration": {
      repeatable: true,
      value: "NAME",
      text: "to be trusted in",
    },
    "validating-configuration": {
      repeatable: true,
      value: "NAME",
      text: "to be trusted in",
    },
    "allow-missing-configurations": { text: "leave out configurations that are not there yet" },
    "ca-days": { value: "N", default: "365", text: "life of a CA" },
    "leaf-days": { value: "N", default: "30", text: "life of a leaf" },
    "renew-before-days": { value: "N", default: "10", text: "what is left of a leaf that is renewed" },
    "overlap-hours": { value: "N", default: "24", text: "how long an old CA stays trusted" },
    "settle-seconds": { value: "N", default: "10", text: "wait before a new CA's first leaf is served" },
  },
  notes: ["Exit codes: 0 all in order, 1 it could not be done, 2 wrong usage."],
});

/** Reads the arguments. Throws a ProgramError that says what is wrong with them. */
export function readOptions(args: readonly string[]): Options {
  const { options: values } = parseArguments(syntax, args);
  const configurations = [
    ...references("MutatingWebhookConfiguration", values["mutating-configuration"]),
    ...references("ValidatingWebhookConfiguration", values["validating-configuration"]),
  ];
  if (configurations.length === 0)
    throw certsError("usage", "name what has to trust the CA: --mutating-configuration, --validating-configuration");
  const settings = {
    caDays: positive("ca-days", values["ca-days"]),
    leafDays: positive("leaf-days", values["leaf-days"]),
    renewBeforeDays: positive("renew-before-days", values["renew-before-days"]),
    overlapHours: positive("overlap-hours", values["overlap-hours"]),
    settleSeconds: notNegative("settle-seconds", values["settle-seconds"]),
  };
  const problem = contradiction({ ...settings, dnsNames: [] });
  if (problem !== undefined) throw certsError("usage", problem);
  const names = { tlsSecret: values.secret, caSecret: values["ca-secret"] ?? `${values.secret}-ca` };
  if (names.tlsSecret === names.caSecret)
    throw certsError("usage", "--secret and --ca-secret must differ: serving pods must not hold the CA's key");
  for (const [option, name] of [
    ["secret", names.tlsSecret],
    ["ca-secret", names.caSecret],
    ["service", values.service],
    ...(values.namespace === undefined ? [] : [["namespace", values.namespace] as const]),
  ] as const)
    if (!nameForm.test(name)) throw certsError("usage", `--${option} "${name}" cannot be the name of anything`);
  return {
    namespace: values.namespace,
    service: values.service,
    names,
    configurations,
    allowMissingConfigurations: values["allow-missing-configurations"],
    settings,
  };
}

/** RFC 1123 subdomain, as Kubernetes takes for names. */
const nameForm = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

const references = (
  kind: ConfigurationReference["kind"],
  names: readonly string[],
): readonly ConfigurationReference[] => [...new Set(names)].map((name) => ({ kind, name }));

function positive(option: string, text: string): number {
  const number = notNegative(option, text);
  if (number === 0) throw certsError("usage", `--${option} cannot be 0`);
  return number;
}

function notNegative(option: string, text: string): number {
  if (!/^\d{1,6}(?:\.\d+)?$/.test(text)) throw certsError("usage", `--${option} cannot be "${text}": give a number`);
  return Number(text);
}
