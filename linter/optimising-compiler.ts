import { builtin } from "./builtin.ts";

const much = 8 * 1024 * 1024;

/**
 * V8's optimising compiler runs beside a program and on a machine of few cores takes from it. A run of a second is over
 * before that pays (1,853 files: 0.65 s without, 0.85 s with, on two cores), one over much input is not.
 */
export function withoutOptimisingCompiler(): void {
  builtin("node:v8").setFlagsFromString("--no-opt");
}

/** To be told how much has been read. */
export function optimiseFor(characters: number): void {
  if (characters > much) withOptimisingCompiler();
}

/** For what goes on running. */
export function withOptimisingCompiler(): void {
  builtin("node:v8").setFlagsFromString("--opt");
}
