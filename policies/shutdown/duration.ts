/** Seconds in one unit, as Go, Spring and systemd write them. */
const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  secs: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  mins: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
};

/**
 * The seconds that a setting's text means: `30`, `1.5`, `30s`, `1m30s`, `500ms`, `2 minutes`, `PT30S`.
 * A bare number counts in `unit`. Undefined where the text is no duration, or negative.
 */
export function parseSeconds(text: string, unit: "s" | "ms"): number | undefined {
  // Longer is no duration, and would only cost time.
  if (text.length > 64) return undefined;
  const trimmed = text.trim();
  const seconds = /^\d*\.?\d+$/.test(trimmed)
    ? Number(trimmed) * (unit === "ms" ? 1e-3 : 1)
    : (parseIso(trimmed) ?? parseUnits(trimmed));
  return seconds !== undefined && Number.isFinite(seconds) ? Number(seconds.toPrecision(12)) : undefined;
}

/** ISO 8601 durations up to days, as java.time writes them: `PT1M30S`, `P1DT2H`. */
function parseIso(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text);
  if (match === null || text.length < 3) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

function parseUnits(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?\s*[a-zµμ]+\s*)+$/i.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-zµμ]+)/gi)) {
    const seconds = Object.hasOwn(unitSeconds, unit.toLowerCase()) ? unitSeconds[unit.toLowerCase()] : undefined;
    if (seconds === undefined) return undefined;
    sum += Number(amount) * seconds;
  }
  return sum;
}
