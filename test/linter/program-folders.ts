import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { findProgram } from "../../linter/sources/program.ts";
import { helm } from "../deploy/helm.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A PATH on which the program is, or undefined where it is not installed. */
const pathTo = (program: string | undefined): string | undefined =>
  program === undefined ? undefined : isAbsolute(program) ? dirname(program) : process.env["PATH"];

/** By its name or its path. */
const kubectl = process.env["KUBECTL"] ?? "kubectl";

const kustomize = process.env["KUSTOMIZE"] ?? findProgram("kustomize", process);

/** PATHs for the linter's environment; `HELM`, `KUBECTL` and `KUSTOMIZE` may name the programs. */
export const helmPath = pathTo(helm);
export const kubectlPath = pathTo(spawnSync(kubectl, ["kustomize", "--help"]).status === 0 ? kubectl : undefined);

/** Where kustomize is, and no kubectl beside it. */
const kustomizePath = aloneOnPath("kustomize", kustomize);

/** What builds kustomizations, each on a PATH of its own. */
export const builders = [
  { words: ["kubectl", "kustomize"], program: kubectl, path: kubectlPath },
  { words: ["kustomize", "build"], program: kustomize ?? "kustomize", path: kustomizePath },
] as const;

/** For the name of a block of tests that is left out. */
export const skippedWithout = (program: string, path: string | undefined): string =>
  path === undefined ? ` (SKIPPED: no ${program} on the PATH)` : "";

function aloneOnPath(name: string, program: string | undefined): string | undefined {
  if (program === undefined || spawnSync(program, ["version"]).status !== 0) return undefined;
  const folder = temporaryFolder();
  symlinkSync(program, join(folder, name));
  return folder;
}
