import type { Path } from "../path.ts";
import type { Container, Pod } from "../pods/pod.ts";
import type { Interval } from "./interval.ts";
import type { Word } from "./recognisers/command-line.ts";
import type { Variable } from "./recognisers/environment.ts";

/** A container as recognisers look at it, read once for all of them. */
export interface Subject {
  readonly container: Container;
  readonly pod: Pod;
  /** True where a preStop hook tells the program that it is leaving before the stop signal comes. */
  readonly hookTells: boolean;
  /** The image's, without tag and digest. */
  readonly repository: string;
  /** Base name of the program that does the work; undefined where the image decides. */
  readonly program: string | undefined;
  /** The words behind it on the command line. */
  readonly words: readonly Word[];
  /** The environment variables that are written out, by name. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** How long a program goes on after the stop signal, and who says so. */
export interface Recognised {
  /**
   * From an idle program to the longest that its settings allow: budgets are judged by `max`.
   * Where `known` is false, `max` is Infinity and `min` a lower bound.
   */
  readonly seconds: Interval;
  /** False where nothing visible bounds it. */
  readonly known: boolean;
  /** `gunicorn --graceful-timeout`, `documented default of gunicorn --graceful-timeout`. */
  readonly text: string;
  /** For how many of these seconds it surely goes on accepting what is new; none where left out. */
  readonly servesSeconds?: number;
  /** The field that holds the number, if one does. */
  readonly at?: Path;
  readonly source?: string;
}

/** Knows one program, or one habit, by what the manifest shows. */
export interface Recogniser {
  readonly name: string;
  /** Undefined where it is not this one. */
  readonly recognise: (subject: Subject) => Recognised | undefined;
}
