import { describe, expect, it } from "vitest";
import { LineReader } from "../../proxy/backends/lines.ts";

function read(chunks: readonly (string | Buffer)[], maxBytes = 100): unknown[] {
  const seen: unknown[] = [];
  const lines = new LineReader(maxBytes, {
    line: (text) => seen.push(text),
    tooLong: (head, tail, bytes) => seen.push({ head, tail, bytes }),
  });
  for (const chunk of chunks) lines.push(Buffer.from(chunk));
  lines.end();
  return seen;
}

/** Each byte by itself. */
const bytes = (text: string): Buffer[] => Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));
const long = (length: number): string => "x".repeat(length);

describe("lines of a backend", () => {
  it.each<[string, readonly (string | Buffer)[], unknown[]]>([
    ["one chunk with two lines", ["a\nb\n"], ["a", "b"]],
    ["a line over three chunks", ["a", "b", "c\nd\n"], ["abc", "d"]],
    ["CRLF, also over two chunks", ["a\r\nb\r", "\nc\n"], ["a", "b", "c"]],
    ["empty lines are skipped", ["\n\r\na\n\n"], ["a"]],
    ["half a line at the end", ["a\nha", "lf"], ["a", "half"]],
    ["characters cut between bytes", bytes("grüße 你好 🎉\nb\n"), ["grüße 你好 🎉", "b"]],
    ["bytes that are no UTF-8", [Buffer.from([0x61, 0xff, 0x0a])], ["a\u{FFFD}"]],
    ["a line of exactly the limit", [`${long(100)}\n`], [long(100)]],
    ["a line of one more", [`${long(101)}\nb\n`], [{ head: long(101), tail: long(101), bytes: 101 }, "b"]],
    [
      "one that comes byte by byte",
      bytes(`${long(101)}\nb\n`),
      [{ head: long(101), tail: long(101), bytes: 101 }, "b"],
    ],
    ["one without an end", [long(60), long(60)], [{ head: long(120), tail: long(120), bytes: 120 }]],
  ])("%s", (_, chunks, expected) => {
    expect(read(chunks)).toEqual(expected);
  });

  it("keeps the two ends of a long line", () => {
    const [seen] = read([`head${long(5000)}`, `${long(5000)}tail\n`]) as {
      head: string;
      tail: string;
      bytes: number;
    }[];
    expect(seen).toMatchObject({
      bytes: 10_008,
      head: expect.stringMatching(/^headx{1020}$/),
      tail: expect.stringMatching(/^x{1020}tail$/),
    });
  });

  it("holds no more than a line, however much comes", () => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const lines = new LineReader(4 * 1024 * 1024, { line() {}, tooLong() {} });
    const before = process.memoryUsage().arrayBuffers;
    for (let mebibytes = 0; mebibytes < 100; mebibytes += 1) lines.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });
});
