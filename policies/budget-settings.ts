/** The numbers by which budgets are judged and fixes are made, in seconds. */
export interface BudgetSettings {
  /** The preStop delay that a fix puts in. 5 s: the low end of what is recommended in a cluster (C12). */
  readonly delaySeconds: number;
  /** The least that an application should get between the stop signal and SIGKILL. */
  readonly leastAppSeconds: number;
  /** Kept free at the end, for the kubelet's own lag. */
  readonly marginSeconds: number;
  /** No fix sets a grace period above this; the cluster autoscaler waits no longer (A35). */
  readonly maxGraceSeconds: number;
  /** What a fix counts for a drain that nobody states. */
  readonly assumedDrainSeconds: number;
}

export const defaultBudgetSettings: BudgetSettings = {
  delaySeconds: 5,
  leastAppSeconds: 10,
  marginSeconds: 1,
  maxGraceSeconds: 600,
  assumedDrainSeconds: 10,
};
