import type { Fact } from "../../policies/facts/fact.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import type { Report } from "../judging/report.ts";
import type { RuleOff } from "./rules-off.ts";
import type { Scope } from "./scope.ts";
import type { ReviewedWaiver } from "./waivers.ts";
import type { Workload } from "./workloads.ts";

/** All that a page for a security review tells, in any format. */
export interface Review {
  readonly version: string;
  readonly date: Date;
  readonly scope: Scope;
  readonly configuration: {
    /** Undefined: none was found or wanted. */
    readonly file: string | undefined;
    /** SHA-256 of the file's bytes. */
    readonly fileHash: string | undefined;
    /** SHA-256 of what `lint --print-config` prints. */
    readonly settingsHash: string;
    readonly presets: readonly string[];
    /** `1.33` */
    readonly oldestKubelet: string;
  };
  readonly report: Report;
  readonly facts: Readonly<Record<FactId, Fact>>;
  readonly off: readonly RuleOff[];
  readonly workloads: readonly Workload[];
  readonly waivers: readonly ReviewedWaiver[];
  readonly patches: readonly Patch[];
  /** Safe fixes that cannot be written so, a sentence each. */
  readonly notPatched: readonly string[];
}

/** What the safe fixes change in a file, as a unified diff, or in a live object, as a command. */
export interface Patch {
  /** The file or the object. */
  readonly place: string;
  readonly language: "diff" | "sh";
  readonly text: string;
}
