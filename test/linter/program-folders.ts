import { spawnSync } from "node:child_process";
import { dirname, isAbsolute } from "node:path";
import { helm } from "../deploy/helm.ts";

/** A PATH on which the program is, or undefined where it is not installed. */
const pathTo = (program: string | undefined): string | undefined =>
  program === undefined ? undefined : isAbsolute(program) ? dirname(program) : process.env["PATH"];

/** By its name or its path. */
export const kubectl = process.env["KUBECTL"] ?? "kubectl";

/** PATHs for the linter's environment; `HELM` and `KUBECTL` may name the programs. */
export const helmPath = pathTo(helm);
export const kubectlPath = pathTo(spawnSync(kubectl, ["kustomize", "--help"]).status === 0 ? kubectl : undefined);

/** For the name of a block of tests that is left out. */
export const skippedWithout = (program: string, path: string | undefined): string =>
  path === undefined ? ` (SKIPPED: no ${program} on the PATH)` : "";
