/** What a review is about, as it was asked for. */
export type Scope =
  | {
      readonly kind: "files";
      /** As they were given on the command line. */
      readonly paths: readonly string[];
      readonly context: readonly string[];
    }
  | {
      readonly kind: "cluster";
      readonly context: string;
      readonly server: string;
      /** Empty: all. */
      readonly namespaces: readonly string[];
      readonly selector: string | undefined;
    };

interface ScopeWords {
  readonly lead: string;
  readonly origin: string;
  /** What nobody can find out there. */
  readonly blind: string;
}

/** What is said otherwise of a cluster than of files. */
export const scopeWords: Readonly<Record<Scope["kind"], ScopeWords>> = {
  files: {
    lead: "How the pods of these manifests stop, what contradicts it, and who can signal whom.",
    origin: "from manifests alone: nothing was asked of a cluster",
    blind:
      "What is asked of a running cluster (admission plugins and injected sidecars, the image's own entrypoint and user, load, load balancers) is not in a manifest and so not in this review; numbers that a manifest leaves open are counted as unknown, never as fine.",
  },
  cluster: {
    lead: "How the pods of this cluster stop, what contradicts it, who can signal whom, and which pods slipped past the webhook.",
    origin: "from what the API server answered: nothing was changed, and no container was looked into",
    blind:
      "What no object says (the image's own entrypoint and user, load, load balancers) is not in this review, nor is what the API server dropped when it took an object, such as a field in the wrong place; numbers that an object leaves open are counted as unknown, never as fine.",
  },
};
