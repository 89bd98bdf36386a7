import { dirname, isAbsolute } from "node:path";
import { helm } from "../deploy/helm.ts";

/** A PATH on which the program is, or undefined where it is not installed. */
const pathTo = (program: string | undefined): string | undefined =>
  program === undefined ? undefined : isAbsolute(program) ? dirname(program) : process.env["PATH"];

/** A PATH for the linter's environment; `HELM` may name the program. */
export const helmPath = pathTo(helm);

/** For the name of a block of tests that is left out. */
export const skippedWithout = (program: string, path: string | undefined): string =>
  path === undefined ? ` (SKIPPED: no ${program} on the PATH)` : "";
