import type { Category } from "../../policies/rule.ts";

/**
 * Controls of NIST SP 800-53 Rev. 5 that a rule supports: it gives evidence on one technical point of the control. No
 * control is satisfied by a rule, nor by all of them. Titles are the catalogue's
 * (https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final).
 */
export const controls = {
  "CM-6": "Configuration Settings",
  "CP-10": "System Recovery and Reconstitution",
  "CP-12": "Safe Mode",
  "SC-5": "Denial-of-Service Protection",
  "SC-6": "Resource Availability",
  "SC-12": "Cryptographic Key Establishment and Management",
  "SC-23": "Session Authenticity",
  "SC-24": "Fail in Known State",
  "SC-39": "Process Isolation",
  "SI-10": "Information Input Validation",
  "SI-13": "Predictable Failure Prevention",
  "SI-17": "Fail-safe Procedures",
} as const;

export type ControlId = keyof typeof controls;

export const families: Readonly<Record<string, string>> = {
  CM: "Configuration Management",
  CP: "Contingency Planning",
  SC: "System and Communications Protection",
  SI: "System and Information Integrity",
};

/** What every rule of a category supports: a deviation from a setting that was decided on is CM-6's in any case. */
const byCategory: Readonly<Record<Category, readonly ControlId[]>> = {
  manifest: ["CM-6", "SI-10"],
  budget: ["CM-6", "SC-24", "SI-17"],
  hook: ["CM-6", "SC-24", "SI-17"],
  traffic: ["CM-6", "SC-5", "SI-17"],
  process: ["CM-6", "SC-24"],
  startup: ["CM-6", "CP-10", "SI-13"],
  availability: ["CM-6", "CP-10", "SC-5", "SI-13"],
};

/** Rules that support others than their category does. */
export const byRule: Readonly<Record<string, readonly ControlId[]>> = {
  "valid-waivers": ["CM-6"],
  "misplaced-field": ["CM-6", "SI-10"],
  "no-unsafe-shared-pid-namespace": ["CM-6", "SC-39"],
  "no-host-pid": ["CM-6", "SC-39"],
  "pid-one-reaps": ["CM-6", "SC-6"],
  "liveness-restart-fits": ["CM-6", "SC-24", "SI-13"],
  "proxy-replicas-share-a-key": ["CM-6", "SC-12", "SC-23"],
  "grace-within-limits": ["CM-6", "CP-12", "SC-24"],
};

/** The controls that a rule supports. */
export const controlsOf = ({
  id,
  category,
}: {
  readonly id: string;
  readonly category: Category;
}): readonly ControlId[] => (Object.hasOwn(byRule, id) ? (byRule[id] ?? []) : byCategory[category]);
