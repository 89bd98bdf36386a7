/** Where a node stands: what a new value in its stead has to fit into. */
export interface Place {
  readonly kind: "root" | "entry" | "item";
  /** Right after the colon or dash; for the root and in flow lists where the value begins. */
  readonly valueStart: number;
  /** The column of the key or dash. */
  readonly column: number;
  readonly inFlow: boolean;
}
