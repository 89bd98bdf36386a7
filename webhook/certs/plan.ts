import type { Authority, Bundle } from "./certificate.ts";
import type { ConfigurationReference } from "./cluster.ts";
import { backdateSeconds } from "./issue.ts";
import type { Settings } from "./settings.ts";
import { knownAuthorities, type Held, type Leaf, type State } from "./state.ts";

/** One write to the cluster. `keep` are the CAs, in PEM, that stay trusted beside the one that signs. */
export type Action =
  | { readonly do: "make-authority"; readonly why: string }
  | {
      readonly do: "trust";
      readonly configuration: ConfigurationReference;
      readonly keep: readonly string[];
      readonly why: string;
    }
  | {
      readonly do: "serve-leaf";
      readonly keep: readonly string[];
      /** What to wait first, so that every API server trusts the CA. */
      readonly settleSeconds: number;
      readonly why: string;
    }
  | { readonly do: "publish"; readonly keep: readonly string[]; readonly why: string };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * What is left to do, in this order: a new CA is trusted everywhere beside the old one; a leaf of it is served; when no
 * pod can serve an older leaf any more, the old CA is trusted no longer. It rests on nothing but what the cluster holds,
 * so a run that was cut goes on where it stopped.
 */
export function plan(state: State, now: Date, settings: Settings): readonly Action[] {
  const { signing, leaf, published, configurations } = state;
  const remake = whyNewAuthority(signing, now, settings);
  const renew = remake === undefined ? whyNewLeaf(state, now, settings) : `the leaf has to come from the new CA`;
  const isOver = renew === undefined && leaf.is === "usable" && isOverlapOver(leaf.value, now, settings);
  const current = remake === undefined && signing.is === "usable" ? signing.value.fingerprint : undefined;
  const kept = isOver ? [] : knownAuthorities(state).filter(({ fingerprint }) => fingerprint !== current);
  const keep = kept.map(({ pem }) => pem);
  /** Why a bundle has to be written; a CA yet to be made is in none. */
  const whyBundle = (bundle: Bundle): string | undefined =>
    current === undefined ? "it does not trust the new CA" : whyOther(bundle, current, kept);

  const actions: Action[] = [];
  if (remake !== undefined) actions.push({ do: "make-authority", why: remake });
  for (const { kind, name, webhooks } of configurations) {
    const why = webhooks.map(({ trusted }) => whyBundle(trusted)).find((one) => one !== undefined);
    if (why !== undefined) actions.push({ do: "trust", configuration: { kind, name }, keep, why });
  }
  if (renew !== undefined) {
    // Where another CA is trusted, pods serve by it, and API servers may not know the new one yet.
    const settleSeconds = keep.length === 0 ? 0 : settings.settleSeconds;
    actions.push({ do: "serve-leaf", keep, settleSeconds, why: renew });
  } else {
    const why = whyBundle(published);
    if (why !== undefined) actions.push({ do: "publish", keep, why });
  }
  return actions;
}

/** A CA must outlive each leaf that it signs from now on, with time to change over to the next CA. */
function whyNewAuthority(signing: Held<Authority>, now: Date, settings: Settings): string | undefined {
  if (signing.is === "missing") return "there is none";
  if (signing.is === "unusable") return `the one in its Secret cannot be used: ${signing.why}`;
  const { notBefore, notAfter } = signing.value;
  if (notBefore > now) return `the present one holds only from ${notBefore.toISOString()}`;
  const needed = now.getTime() + settings.leafDays * dayMs + settings.overlapHours * hourMs;
  return notAfter.getTime() < needed ? `the present one ends at ${notAfter.toISOString()}` : undefined;
}

function whyNewLeaf({ signing, leaf }: State, now: Date, settings: Settings): string | undefined {
  if (leaf.is === "missing") return "there is none";
  if (leaf.is === "unusable") return `the one in its Secret cannot be used: ${leaf.why}`;
  const { issuer, dnsNames, notBefore, notAfter } = leaf.value;
  if (signing.is !== "usable" || issuer !== signing.value.fingerprint) return "the present one is of another CA";
  const lacking = settings.dnsNames.find((name) => !dnsNames.includes(name));
  if (lacking !== undefined) return `the present one is not for ${lacking}`;
  if (notBefore > now) return `the present one holds only from ${notBefore.toISOString()}`;
  const renewAt = notAfter.getTime() - settings.renewBeforeDays * dayMs;
  return renewAt <= now.getTime() ? `the present one ends at ${notAfter.toISOString()}` : undefined;
}

function isOverlapOver({ notBefore }: Leaf, now: Date, { overlapHours }: Settings): boolean {
  const servedSince = notBefore.getTime() + backdateSeconds * 1000;
  return servedSince + overlapHours * hourMs <= now.getTime();
}

function whyOther(bundle: Bundle, current: string, kept: readonly Authority[]): string | undefined {
  if (bundle.damage !== undefined) return `it ${bundle.damage}`;
  const held = new Set(bundle.authorities.map(({ fingerprint }) => fingerprint));
  if (!held.has(current)) return "it does not trust the CA";
  if (kept.some(({ fingerprint }) => !held.has(fingerprint))) return "it does not trust a CA that may still be served";
  return held.size > kept.length + 1 ? "the overlap is over, and it trusts a CA of the past" : undefined;
}
