import type { Fix } from "../../policies/edit.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import type { Document } from "../../policies/manifests/document.ts";
import type { Source } from "../../policies/manifests/source.ts";
import type { Path } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import type { Rule, Severity, Verdict } from "../../policies/rule.ts";
import type { Crash } from "../../policies/run.ts";
import type { Term } from "../../policies/shutdown/term.ts";
import type { Waiver } from "../../policies/waiver.ts";
import type { Rendered } from "./placement.ts";
import type { Region } from "./positions.ts";

/** A finding with its place: what every reporter is made of. */
export interface PlacedFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly message: string;
  /** The file; of a live object `namespace/Kind/name`, which has no lines. */
  readonly file: string;
  readonly region: Region | undefined;
  /** Set where the text that was judged is not the file's: `source` and `offset` are then of the rendered text. */
  readonly rendered?: Rendered;
  /** Where it starts in the source's text. */
  readonly offset: number;
  /** For the code frame; undefined where the file could not be read. */
  readonly source: Source | undefined;
  /** Undefined for what is wrong with the file or document as such. */
  readonly object: KubernetesObject | undefined;
  /** Where the object stands. */
  readonly document: Document | undefined;
  readonly objectAt: Path;
  /** From the object's root. */
  readonly at: Path;
  readonly container: string | undefined;
  readonly evidence: readonly Term[];
  readonly facts: readonly FactId[];
  readonly fix: Fix | undefined;
  /** Why the fix cannot be written: the text is rendered, or an anchor in it stands for several places. */
  readonly unwritable?: string;
  readonly waived: Waiver | undefined;
}

export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

/** Something in a linted file that was not judged. */
export interface SkippedObject {
  readonly file: string;
  readonly line: number;
  /** `Deployment/web`, or `document` where it is no object. */
  readonly name: string;
  readonly reason: string;
}

/** The outcome of a run: every file and every object is in it, as judged, not relevant or skipped. */
export interface Report {
  /** By file, then by place. */
  readonly findings: readonly PlacedFinding[];
  readonly files: { readonly linted: number; readonly skipped: readonly SkippedFile[] };
  readonly objects: {
    readonly checked: number;
    /** How many of each kind that cannot matter. */
    readonly notRelevant: ReadonlyMap<string, number>;
    readonly skipped: readonly SkippedObject[];
  };
  readonly crashes: readonly Crash[];
  /** How many findings a baseline knows; they are not among the findings. */
  readonly known?: number;
  /** The rules that judged, the configuration's own among them. */
  readonly rules: readonly Rule[];
  /** Of a run on a cluster, whose objects stand in no file. */
  readonly cluster?: ClusterAccount;
}

/** What a run on a cluster read, and what it could not. */
export interface ClusterAccount {
  readonly context: string;
  readonly server: string;
  /** Pods that were looked at for what the webhook would have done with them, and how many it would have. */
  readonly pods: number;
  readonly slipped: number;
  /** Pods, ReplicaSets and Jobs that were judged as what made them. */
  readonly throughMaker: number;
  /** Pods and Jobs that run no more, ReplicaSets without pods. */
  readonly over: number;
  readonly notEvaluated: readonly NotEvaluated[];
}

/** A kind that was not read. */
export interface NotEvaluated {
  /** `deployments.apps in namespace shop` */
  readonly what: string;
  /** The API server's words; undefined where the user left it out. */
  readonly refused: string | undefined;
  /** The right that is missing: `list deployments.apps`. */
  readonly grant: string;
  /** What could not be judged without it; where it holds workloads, themselves. */
  readonly rules: readonly string[];
}

/** `web.yaml:23`, or the live object. */
export const placeOf = ({ file, region }: Pick<PlacedFinding, "file" | "region">): string =>
  region === undefined ? file : `${file}:${region.line}`;

/** Whether `--fix` would mend it: a safe fix of something that is certainly wrong and not accepted, in a text that takes it. */
export const isFixable = ({ fix, verdict, waived, unwritable }: PlacedFinding): boolean =>
  fix !== undefined && fix.safe && verdict === "fail" && waived === undefined && unwritable === undefined;
