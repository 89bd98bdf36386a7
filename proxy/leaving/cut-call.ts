/** A call that was begun and is not answered by this process any more. */
export interface CutCall {
  readonly method: string;
  /** Of the tool, prompt or resource, as the client calls it. */
  readonly name: string | undefined;
  readonly backend: string | undefined;
  readonly seconds: number;
  /** Nobody was connected for it: its client had been asked something, and would have come back with the answer. */
  readonly wasAsked?: boolean;
}
