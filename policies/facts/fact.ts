/** How we know a fact; decides how strongly a message may speak. */
export type Evidence =
  /** Read in source code: Kubernetes v1.37.2, or a container runtime's. Certain for that version. */
  | "source"
  /** Said by kubernetes.io: a promise to users, unless `documentationGap` tells otherwise. */
  | "documentation"
  /** Said by a Kubernetes Enhancement Proposal: the intention, which released code may not follow. */
  | "proposal"
  /** Reported or discussed on GitHub: a known limitation, not a promise. */
  | "issue"
  /** Observed by us: on a node with Kubernetes v1.37.2 and containerd, or on plain Linux where no cluster is needed. */
  | "measured"
  /** Concluded by us from code or other facts; nobody states it and nothing was measured. Phrase it as likely. */
  | "inferred"
  /** Said by the manual of another project or vendor: man pages, Docker, Node.js, cloud providers. */
  | "reference";

/** A Kubernetes release in which the behaviour changed. */
export interface Stage {
  /** Minor release, e.g. "1.30". */
  version: string;
  stage: "alpha" | "beta" | "stable" | "fixed" | "removed" | "changed";
  /** What changed, where the stage alone does not say it. */
  note?: string;
}

export interface Fact {
  /** Chapter and number in the fact list, e.g. "A5". */
  ref: string;
  /** What Kubernetes does, in our own words: one to three short sentences. */
  statement: string;
  /** What follows for whoever writes manifests. */
  consequence: string;
  /** Versions in which the behaviour changed; empty: in every supported version. */
  since: readonly Stage[];
  evidence: readonly Evidence[];
  /** Where to read it. Absolute https URLs; at least one for each fact. */
  sources: readonly string[];
  /** Where the documentation says something else than the code. */
  documentationGap?: string;
}
