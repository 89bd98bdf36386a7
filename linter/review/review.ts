import type { Fact } from "../../policies/facts/fact.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import type { Report } from "../report.ts";
import type { RuleOff } from "./rules-off.ts";
import type { ReviewedWaiver } from "./waivers.ts";
import type { Workload } from "./workloads.ts";

/** All that a page for a security review tells, in any format. */
export interface Review {
  readonly version: string;
  readonly date: Date;
  readonly scope: {
    /** As they were given on the command line. */
    readonly paths: readonly string[];
    readonly context: readonly string[];
  };
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
  /** Safe fixes that their text does not take, a sentence each. */
  readonly notPatched: readonly string[];
}

/** What the safe fixes change in a file, as a unified diff. */
export interface Patch {
  readonly file: string;
  readonly diff: string;
}
