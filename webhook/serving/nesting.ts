const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether JSON nests lists and objects deeper than a limit: one pass over the bytes, before anything is made of them.
 * What is no JSON gets some answer, and is refused by the parser.
 */
export function isDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index];
    if (inString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    // [ and { are 0x5b and 0x7b, ] and } are 0x5d and 0x7d: bit 0x20 apart.
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}
