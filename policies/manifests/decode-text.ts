/** `offset` is where reading stopped, in UTF-16 units of `text`, which is then only good for showing the place. */
interface EncodingProblem {
  readonly message: string;
  readonly text: string;
  readonly offset: number;
}

export type DecodedText = { readonly text: string; readonly bom: boolean } | { readonly problem: EncodingProblem };

/** Text of a manifest file. kubectl reads UTF-8 only, with or without a byte order mark. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (looksLikeUtf16(bytes)) {
    return { problem: { message: "The file is UTF-16; kubectl reads UTF-8: save it as UTF-8.", text: "", offset: 0 } };
  }
  if (bytes.includes(0)) {
    return {
      problem: {
        message: "The file is not text: it holds NUL bytes, so it is binary or damaged.",
        text: "",
        offset: 0,
      },
    };
  }
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { text: strictly.decode(bytes), bom };
  } catch {
    const text = new TextDecoder("utf-8").decode(bytes);
    const offset = firstReplacement(text, bom ? bytes.subarray(3) : bytes);
    return { problem: { message: "The file is not valid UTF-8 from here on: save it as UTF-8.", text, offset } };
  }
}

const strictly = new TextDecoder("utf-8", { fatal: true });

/** A mark says so; without one, ASCII in UTF-16 has a zero in every second byte. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const head = bytes.subarray(0, 64);
  if (head.length < 4 || head.length % 2 !== 0) return false;
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  const [even, odd] = zeros as [number, number];
  return Math.min(even, odd) === 0 && Math.max(even, odd) > head.length / 4;
}

/** The decoder wrote U+FFFD where bytes were wrong; the file may also hold real ones (EF BF BD). */
function firstReplacement(text: string, bytes: Uint8Array): number {
  let offset = -1;
  let byteOffset = 0;
  for (;;) {
    const next = text.indexOf("\uFFFD", offset + 1);
    if (next === -1) return 0;
    byteOffset += Buffer.byteLength(text.slice(offset + 1, next));
    if (bytes[byteOffset] !== 0xef || bytes[byteOffset + 1] !== 0xbf || bytes[byteOffset + 2] !== 0xbd) return next;
    byteOffset += 3;
    offset = next;
  }
}
