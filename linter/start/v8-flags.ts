import { builtin } from "../builtin.ts";

// What V8 is told as a run grows. It is asked for where it is needed: node:v8 brings streams along, 1.7 ms of a start.

const little = 128 * 1024;
const much = 8 * 1024 * 1024;
const enoughBytes = 16 * 1024 * 1024;

let compiler: "as started" | "off" | "on" = "as started";
let nextLook = 2 * little;

/** Fits V8 to a run that has read so many characters of input. */
export function fitTo(characters: number): void {
  // The optimising compiler runs beside a program and on a machine of few cores takes from it. A run of a second is over
  // before that pays (1,853 files: 0.65 s without, 0.85 s with, on two cores), one over much input is not.
  if (compiler === "as started" && characters > little) {
    builtin("node:v8").setFlagsFromString("--no-opt");
    compiler = "off";
  }
  if (compiler === "off" && characters > much) keepOptimising();
  if (characters >= nextLook) nextLook = limitYoungSpace() ? Infinity : characters + little;
}

/** For what goes on running. */
export function keepOptimising(): void {
  if (compiler === "off") builtin("node:v8").setFlagsFromString("--opt");
  compiler = "on";
}

/**
 * Keeps V8 from doubling the space for new objects again once it has 16 MiB. It grows whenever much of it survives, as
 * what was read does; beyond this that gains no time but a third more peak memory. True when nothing is left to do.
 */
function limitYoungSpace(): boolean {
  const { getHeapSpaceStatistics, setFlagsFromString } = builtin("node:v8");
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if (young === undefined || young.physical_space_size < enoughBytes) return false;
  setFlagsFromString("--semi-space-growth-factor=1");
  return true;
}

/** Takes back what a run may have told V8, which takes a code cache only under the flags that it was made under. */
export function resetFlags(): void {
  const { setFlagsFromString } = builtin("node:v8");
  setFlagsFromString("--opt");
  setFlagsFromString("--semi-space-growth-factor=2");
}
