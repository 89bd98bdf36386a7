import type { Path } from "../path.ts";
import type { Interval } from "./interval.ts";

/** Where a number of the budget comes from. */
export interface Origin {
  /** `field`: the author wrote it; `default`: Kubernetes fills it in; `recogniser`: known of the program; `option`: our configuration; `unknown`: nobody says. */
  readonly kind: "field" | "default" | "annotation" | "recogniser" | "option" | "unknown";
  /** The origin in words, e.g. `default of Kubernetes` or `gunicorn --graceful-timeout`. */
  readonly text: string;
  /** The field that holds the number, from the object's root. */
  readonly at?: Path;
  /** Where the number is documented. */
  readonly source?: string;
}

/** One term of a budget: how many seconds, and who says so. */
export interface Term {
  /** `preStop`, `drain`, `sidecar istio-proxy`, `margin`, … */
  readonly term: string;
  readonly seconds: Interval;
  /** False where nobody says how long: then `seconds` is 0 to forever, or a lower bound. */
  readonly known: boolean;
  readonly origin: Origin;
}
