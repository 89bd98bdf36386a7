import { usageError } from "../linter/command-line/program-error.ts";

/** The number that an option takes, of at least `min`. */
export function numberOf(name: string, text: string, { min, max = Infinity }: { min: number; max?: number }): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max)
    throw usageError(
      "option-value",
      `--${name}`,
      text,
      max === Infinity ? `give a number of at least ${min}` : `give a number from ${min} to ${max}`,
    );
  return value;
}
