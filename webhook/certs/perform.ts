import type { Cluster, ConfigurationObject, SecretObject } from "./cluster.ts";
import { issueAuthority, issueLeaf } from "./issue.ts";
import type { Action } from "./plan.ts";
import type { Settings } from "./settings.ts";
import type { SigningAuthority, State } from "./state.ts";

/** Names of the two Secrets. */
export interface Names {
  /** What serving pods mount: tls.crt, tls.key, ca.crt. */
  readonly tlsSecret: string;
  /** What no pod mounts: ca.crt, ca.key. */
  readonly caSecret: string;
}

/** What was read, and what it means. */
export interface Observed {
  readonly caSecret: SecretObject | undefined;
  readonly tlsSecret: SecretObject | undefined;
  readonly configurations: readonly ConfigurationObject[];
  readonly state: State;
}

export interface Means {
  readonly cluster: Cluster;
  readonly names: Names;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
}

/** Does an action that was planned on what was observed. Throws a Conflict when that is no longer so. */
export async function perform(action: Action, observed: Observed, means: Means): Promise<void> {
  const { cluster, names, settings, now, sleep } = means;
  const write = (name: string, type: string, present: SecretObject | undefined, values: SecretObject["values"]) =>
    present === undefined ? cluster.createSecret(name, type, values) : cluster.changeSecret(present, values);
  switch (action.do) {
    case "make-authority": {
      const made = issueAuthority({ days: settings.caDays, now: now() });
      return write(names.caSecret, "Opaque", observed.caSecret, { "ca.crt": made.certPem, "ca.key": made.keyPem });
    }
    case "trust": {
      const { kind, name } = action.configuration;
      const configuration = observed.configurations.find((one) => one.kind === kind && one.name === name);
      if (configuration === undefined) throw new Error(`planned on ${kind} ${name}, which was not observed`);
      return cluster.setBundle(configuration, bundleOf(observed, action.keep));
    }
    case "serve-leaf": {
      if (action.settleSeconds > 0) await sleep(action.settleSeconds);
      const { pem, keyPem } = signingOf(observed);
      const { dnsNames, leafDays } = settings;
      const leaf = issueLeaf({ certPem: pem, keyPem }, { dnsNames, days: leafDays, now: now() });
      return write(names.tlsSecret, "kubernetes.io/tls", observed.tlsSecret, {
        "tls.crt": leaf.certPem,
        "tls.key": leaf.keyPem,
        "ca.crt": bundleOf(observed, action.keep),
      });
    }
    case "publish":
      return write(names.tlsSecret, "kubernetes.io/tls", observed.tlsSecret, {
        "ca.crt": bundleOf(observed, action.keep),
      });
  }
}

function signingOf({ state: { signing } }: Observed): SigningAuthority {
  if (signing.is !== "usable") throw new Error("planned on a CA, which was not observed");
  return signing.value;
}

const bundleOf = (observed: Observed, keep: readonly string[]): string => [signingOf(observed).pem, ...keep].join("");
