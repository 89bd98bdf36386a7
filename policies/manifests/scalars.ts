/**
 * Plain scalars as Kubernetes reads them: sigs.k8s.io/yaml on goyaml v2 (resolve.go), which is neither YAML 1.1 nor 1.2.
 * Dates and base-60 numbers stay text; `0777`, `0o777`, `0x1F`, `0b11` and `1_000` are integers; `08` is the float 8.
 */
export type Scalar = string | number | boolean | null;

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);
const longestWord = 5;

/** The value of a scalar written without quotes and without a tag. */
export function resolvePlain(text: string): Scalar {
  if (text === "") return null;
  if (text.length <= longestWord) {
    const value = words.get(text);
    if (value !== undefined) return value;
  }
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46; // 0-9 + - .
  return mayBeNumber ? (resolveNumber(text) ?? text) : text;
}

const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const prefixed = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function resolveNumber(text: string): number | undefined {
  const digits = text.includes("_") ? withoutUnderscores(text) : text;
  const integer = prefixed.exec(digits);
  if (integer !== null) {
    const value = prefixedInteger(integer[1] ?? "", integer[2] ?? "");
    if (value !== undefined) return Number(value);
  }
  if (!decimal.test(digits) && !float.test(digits)) return undefined;
  const value = Number(digits);
  // Go's ParseFloat refuses what does not fit, so the scalar stays text; JSON has no -0.
  return Number.isFinite(value) ? value + 0 : undefined;
}

/** goyaml drops them all, but leaves a number that begins with a dot to Go's ParseFloat, which takes them between digits. */
function withoutUnderscores(text: string): string {
  return text.startsWith(".") ? text.replaceAll(/(?<=[0-9])_(?=[0-9])/g, "") : text.replaceAll("_", "");
}

/** An integer in base 2, 8 or 16, where it fits Go's int64 or (unsigned) uint64. */
function prefixedInteger(sign: string, digits: string): bigint | undefined {
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const bound = sign === "" ? 2n ** 64n - 1n : sign === "-" ? 2n ** 63n : 2n ** 63n - 1n;
  if (magnitude > bound) return undefined;
  return sign === "-" ? -magnitude : magnitude;
}

/** The mapping key that a plain scalar makes: YAMLToJSON turns every scalar into text but null, which it refuses. */
export function resolvePlainKey(text: string): string | undefined {
  const value = resolvePlain(text);
  if (typeof value === "string") return value;
  if (value === null) return undefined;
  if (typeof value === "boolean") return String(value);
  return integerText(text) ?? floatText(value);
}

function integerText(text: string): string | undefined {
  const digits = withoutUnderscores(text);
  const [, sign = "", magnitude = ""] = prefixed.exec(digits) ?? [];
  if (magnitude !== "") return prefixedInteger(sign, magnitude)?.toString();
  return decimal.test(digits) ? BigInt(digits.replace("+", "")).toString() : undefined;
}

/** Go's FormatFloat(value, 'g', -1, 32): the shortest text of the nearest float32, with an exponent below 1e-4 and from 1e6 on. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? ".inf" : "-.inf";
  let precision = 1;
  while (precision < 9 && Math.fround(Number(single.toPrecision(precision))) !== single) precision += 1;
  const [mantissa = "", exponent = ""] = single.toExponential(precision - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(single.toPrecision(precision)));
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
