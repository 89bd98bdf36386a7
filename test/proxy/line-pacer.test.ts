import { describe, expect, it, vi } from "vitest";
import { createLog } from "../../proxy/telemetry/log.ts";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly kind?: string;
  readonly omitted?: number;
}

function logged(): { readonly log: ReturnType<typeof createLog>; readonly lines: () => Line[] } {
  let text = "";
  const log = createLog((written) => (text += written));
  return {
    log,
    lines() {
      log.flush();
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
    },
  };
}

describe("a log that clients can provoke", () => {
  it("has so many lines of a kind, and then their number", () => {
    const { log, lines } = logged();
    for (let n = 0; n < 500; n += 1) log.paced.info({ n }, "a signed token was refused");
    log.paced.warn("something else");
    const written = lines();
    expect(written.filter(({ msg }) => msg === "a signed token was refused")).toHaveLength(20);
    expect(written.at(-2)).toMatchObject({ msg: "something else" });
    expect(written.at(-1)).toMatchObject({ level: "warn", kind: "a signed token was refused", omitted: 480 });
  });

  it("is bounded however many kinds there are", () => {
    const { log, lines } = logged();
    for (let n = 0; n < 5000; n += 1) log.paced.warn(`/prestop is not obeyed: 10.0.${n >> 8}.${n & 255}`);
    const written = lines();
    expect(written.length).toBeLessThanOrEqual(402);
    const omitted = written.reduce((sum, line) => sum + (line.omitted ?? 0), 0);
    expect(written.filter(({ msg }) => msg.startsWith("/prestop")).length + omitted).toBe(5000);
  });

  it("writes again after ten seconds, and says what it left out", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { log, lines } = logged();
      for (let n = 0; n < 30; n += 1) log.paced.info("refused");
      vi.advanceTimersByTime(10_000);
      log.paced.info("refused");
      const written = lines();
      expect(written[20]).toMatchObject({ kind: "refused", omitted: 10 });
      expect(written[21]).toMatchObject({ msg: "refused" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("leaves the proxy's own lines alone", () => {
    const { log, lines } = logged();
    for (let n = 0; n < 100; n += 1) log.log.info("leaving");
    expect(lines()).toHaveLength(100);
  });
});
