import type { Interval } from "../../policies/shutdown/interval.ts";
import type { Row } from "../../policies/shutdown/timeline.ts";
import type { Observed } from "./observe.ts";

/** A predicted moment beside the observed one, in seconds after the kubelet begins. */
export interface Moment {
  readonly predicted: Interval;
  readonly observed: number;
  /** How far the observed moment lies outside of the predicted interval: below 0 too early, above 0 too late. */
  readonly error: number;
}

/** One container of one run: what was predicted and what was seen. */
export interface Comparison {
  readonly shape: string;
  readonly container: string;
  /** Undefined where the program never learns of the signal. */
  readonly signal: Moment | undefined;
  readonly end: Moment;
  readonly outcome: { readonly predicted: Row["outcome"]; readonly observed: Observed["outcome"] };
  readonly lag: number | undefined;
}

export function compare(row: Row, { shape, container, signal, end, outcome, lag }: Observed): Comparison {
  return {
    shape,
    container,
    signal: signal === undefined ? undefined : moment(row.signal, signal),
    end: moment(row.exit, end),
    outcome: { predicted: row.outcome, observed: outcome },
    lag,
  };
}

function moment(predicted: Interval, observed: number): Moment {
  const nearest = Math.min(Math.max(observed, predicted.min), predicted.max);
  return { predicted, observed, error: observed - nearest };
}

export interface Errors {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** How large the errors are, whichever their sign (nearest rank). Only exact predictions count: a wide interval is easily right. */
export function errorsOf(moments: readonly Moment[]): Errors {
  const sizes = moments
    .filter(({ predicted: { min, max } }) => min === max)
    .map(({ error }) => Math.abs(error))
    .sort((a, b) => a - b);
  const rank = (share: number): number => sizes[Math.ceil(share * sizes.length) - 1] ?? Number.NaN;
  return { count: sizes.length, p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

export const signalsOf = (comparisons: readonly Comparison[]): Moment[] =>
  comparisons.flatMap(({ signal }) => signal ?? []);

export const endsOf = (comparisons: readonly Comparison[]): Moment[] => comparisons.map(({ end }) => end);

/** An outcome that was said to be certain and was not. */
export const isWrong = ({ outcome: { predicted, observed } }: Comparison): boolean =>
  predicted !== "undetermined" && predicted !== observed;
