/** True for a mapping: an object that is neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Never runs a setter: `__proto__` is a key like any other. */
export function setOwn<T>(mapping: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__")
    Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
  else mapping[key] = value;
}
