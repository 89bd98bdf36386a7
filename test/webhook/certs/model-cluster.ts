import { X509Certificate } from "node:crypto";
import { readBundle, readCertificate } from "../../../webhook/certs/certificate.ts";
import {
  Conflict,
  type Cluster,
  type ConfigurationObject,
  type ConfigurationReference,
  type SecretObject,
} from "../../../webhook/certs/cluster.ts";
import type { Task } from "../../../webhook/certs/reconcile.ts";
import type { Settings } from "../../../webhook/certs/settings.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const settings: Settings = {
  dnsNames: ["hook.guard.svc", "hook.guard.svc.cluster.local"],
  caDays: 40,
  leafDays: 10,
  renewBeforeDays: 4,
  overlapHours: 24,
  settleSeconds: 10,
};

/** A kubelet brings a new Secret to its pods within this: far less than the overlap. */
const podLagMs = hourMs;
/** An API server sees a new configuration within this: less than the settling. */
const apiLagMs = 9000;

export const names = { tlsSecret: "tls", caSecret: "ca" };
export const mutating: ConfigurationReference = { kind: "MutatingWebhookConfiguration", name: "hook" };
export const validating: ConfigurationReference = { kind: "ValidatingWebhookConfiguration", name: "hook" };

/** The run was ended from outside, right after a write. */
export class Cut extends Error {}

interface Version<T> {
  readonly from: number;
  until: number;
  readonly value: T;
  /** Written by a hand that is not ours. */
  readonly foreign: boolean;
}

/**
 * Objects with versions and a clock, and who lags behind them: pods that still serve an earlier leaf, API servers that
 * still trust by an earlier bundle. After every write it asks whether any of the first is refused by any of the second.
 */
export class ModelCluster implements Cluster {
  time = Date.UTC(2026, 0, 1);
  writes = 0;
  /** Writes until the cut. */
  cutAfter = Infinity;
  readonly #secrets = new Map<string, SecretObject>();
  readonly #configurations = new Map<string, ConfigurationObject>();
  readonly #leaves: Version<X509Certificate>[] = [];
  readonly #bundles: [Version<string>[], Version<string>[]] = [[], []];
  #version = 0;

  constructor(configurations: readonly ConfigurationReference[] = [mutating, validating]) {
    for (const reference of configurations) this.reset(reference, "");
  }

  task(changes: Partial<Task> = {}): Task {
    return {
      cluster: this,
      names,
      configurations: [mutating, validating],
      allowMissingConfigurations: false,
      settings,
      now: () => new Date(this.time),
      sleep: async (seconds) => {
        this.time += seconds * 1000;
      },
      report: () => {},
      ...changes,
    };
  }

  async readSecret(name: string) {
    return this.#secrets.get(name);
  }

  async createSecret(name: string, _type: string, values: SecretObject["values"]) {
    if (this.#secrets.has(name)) throw new Conflict(`${name} exists`);
    this.#write(() => this.#store(name, values));
  }

  async changeSecret(secret: SecretObject, values: SecretObject["values"]) {
    const present = this.#secrets.get(secret.name);
    if (present?.resourceVersion !== secret.resourceVersion) throw new Conflict(`${secret.name} changed`);
    this.#write(() => this.#store(secret.name, { ...present.values, ...values }));
  }

  async readConfiguration({ kind }: ConfigurationReference) {
    return this.#configurations.get(kind);
  }

  async setBundle(configuration: ConfigurationObject, pem: string) {
    const present = this.#configurations.get(configuration.kind);
    if (present?.resourceVersion !== configuration.resourceVersion) throw new Conflict(`${present?.kind} changed`);
    this.#write(() => this.#trust(configuration, pem, false));
  }

  /** What somebody else does to a Secret. */
  edit(name: string, values: SecretObject["values"] | undefined) {
    if (values === undefined) this.#secrets.delete(name);
    else this.#store(name, { ...this.#secrets.get(name)?.values, ...values });
  }

  /** A clock that was wrong, or has become so. It puts what was made before out of its time; that is not our doing. */
  jump(ms: number) {
    this.time += ms;
    this.#leaves.length = 0;
    for (const bundles of this.#bundles) bundles.splice(0, bundles.length - 1);
  }

  /** What a GitOps controller does to a configuration. */
  reset(reference: ConfigurationReference, pem: string) {
    this.#trust(reference, pem, true);
  }

  bundle({ kind }: ConfigurationReference): string {
    return this.#configurations.get(kind)?.webhooks[0]?.caBundle ?? "";
  }

  secret(name: string): SecretObject["values"] {
    return this.#secrets.get(name)?.values ?? {};
  }

  /** Throws where a leaf that a pod may serve now is not trusted by a bundle that an API server may use now. */
  check(): void {
    const now = new Date(this.time);
    const served = this.#leaves.filter(({ until }) => until > this.time - podLagMs);
    for (const { value: leaf } of served) {
      if (leaf.validFromDate > now || leaf.validToDate <= now)
        throw new Error(`a leaf is not valid at ${now.toJSON()}`);
      for (const bundles of this.#bundles)
        for (const { until, value, foreign } of bundles)
          if (until > this.time - apiLagMs && !foreign && !trusts(value, leaf, now))
            throw new Error(`a leaf that is served is not trusted at ${now.toJSON()}`);
    }
  }

  #write(change: () => void) {
    change();
    this.writes += 1;
    this.check();
    this.cutAfter -= 1;
    if (this.cutAfter === 0) throw new Cut("cut");
  }

  #store(name: string, values: SecretObject["values"]) {
    this.#secrets.set(name, { name, resourceVersion: `${(this.#version += 1)}`, values });
    if (name !== names.tlsSecret) return;
    // A pod keeps what it has when the files make no sense.
    const leaf = readCertificate(values["tls.crt"] ?? "");
    if (leaf !== undefined && leaf.raw.compare(this.#leaves.at(-1)?.value.raw ?? Buffer.of()) !== 0)
      succeed(this.#leaves, leaf, this.time, false);
  }

  #trust({ kind, name }: ConfigurationReference, pem: string, foreign: boolean) {
    const webhooks = ["pods", "templates"].map((webhook) => ({ name: webhook, caBundle: pem }));
    this.#configurations.set(kind, { kind, name, resourceVersion: `${(this.#version += 1)}`, webhooks });
    const at = kind === mutating.kind ? 0 : 1;
    succeed(this.#bundles[at], pem, this.time, foreign);
  }
}

function succeed<T>(versions: Version<T>[], value: T, time: number, foreign: boolean): void {
  const last = versions.at(-1);
  if (last !== undefined) last.until = time;
  versions.push({ from: time, until: Infinity, value, foreign });
}

function trusts(bundle: string, leaf: X509Certificate, now: Date): boolean {
  return readBundle(bundle).authorities.some(({ pem }) => {
    const authority = new X509Certificate(pem);
    const holds = authority.validFromDate <= now && authority.validToDate > now;
    return holds && leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  });
}
