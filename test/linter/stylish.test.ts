import { describe, expect, it } from "vitest";
import { painter } from "../../linter/color.ts";
import { lint } from "../../linter/judging/lint.ts";
import { loadBytes } from "../../linter/reading/load.ts";
import { reportStylish } from "../../linter/reporters/stylish.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import type { FactId, facts as allFacts } from "../../policies/facts/facts.ts";
import { definePodRule } from "../../policies/rule.ts";
import { exactly } from "../../policies/shutdown/interval.ts";
import { today } from "./program.ts";

const factId: FactId = "two-second-floor";
const facts = {
  [factId]: {
    ref: "A5",
    statement: "The kubelet grants two seconds.",
    consequence: "-",
    since: [],
    evidence: ["source"],
    sources: ["https://example.org/a5"],
  },
} as unknown as typeof allFacts;

/** A rule made for the report: words that do not change when a real rule learns better ones. */
const rule = definePodRule({
  id: "sleep-fits",
  title: "A sleep fits",
  category: "hook",
  severity: "error",
  why: "-",
  cites: [factId],
  needs: "pod",
  *check(pod) {
    for (const container of pod.mainContainers) {
      const at = container.path("lifecycle", "preStop", "sleep", "seconds");
      yield {
        at,
        container: container.name,
        message:
          "the hook takes 25 s of the grace period of 30 s, which is more than anybody should ask of a pod that has a Service and friends",
        evidence: [
          { term: "preStop", seconds: exactly(25), known: true, origin: { kind: "field", text: "sleep.seconds", at } },
          {
            term: "drain",
            seconds: { min: 0, max: Infinity },
            known: false,
            origin: {
              kind: "unknown",
              text: "nothing says how long the application needs, so that it is better to say it by the annotation",
            },
          },
          { term: "margin", seconds: exactly(1), known: true, origin: { kind: "option", text: "margin" } },
          {
            term: "grace period",
            seconds: exactly(30),
            known: true,
            origin: { kind: "default", text: "default of Kubernetes" },
          },
        ],
        fix: { title: "Sleep less", safe: true, edits: [{ op: "set", at, value: 5 }] },
      };
    }
  },
  examples: [],
});

const text = (name: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: web
      image: web
      lifecycle: { preStop: { sleep: { seconds: 25 } } }
`;

async function report(
  content: string,
  options: { columns?: number; color?: boolean; config?: Partial<Config> } = {},
): Promise<string> {
  const names = { file: "web.yaml", configFile: "web.yaml", path: undefined, named: true };
  const file = await loadBytes(names, Buffer.from(content), false);
  const config = { ...defaultConfig, ...options.config };
  return reportStylish(lint({ files: [file], context: [], rules: [rule], config, now: today }), {
    width: options.columns ?? 80,
    paint: painter(options.color ?? false),
    verbose: false,
    hidden: 0,
    facts,
  });
}

describe("stylish", () => {
  it("shows place, sum, reason and fix, and a reason in full only once", async () => {
    expect(`\n${await report(`${text("a")}---\n${text("b")}`)}`).toMatchInlineSnapshot(`
      "
      web.yaml

        8:40  error  sleep-fits  Pod/a container web
          the hook takes 25 s of the grace period of 30 s, which is more than anybody
          should ask of a pod that has a Service and friends

            7 │       image: web
          > 8 │       lifecycle: { preStop: { sleep: { seconds: 25 } } }
              │                                        ^^^^^^^

                     25 s  preStop       sleep.seconds, line 8
                        ?  drain         nothing says how long the application needs,
                                         so that it is better to say it by the
                                         annotation
                      1 s  margin
            ─────────────
            at least 26 s  needed
                     30 s  grace period  default of Kubernetes

          why  The kubelet grants two seconds.
               A5 two-second-floor https://example.org/a5
          fix  Sleep less (--fix)

        17:40  error  sleep-fits  Pod/b container web
          the hook takes 25 s of the grace period of 30 s, which is more than anybody
          should ask of a pod that has a Service and friends

            16 │       image: web
          > 17 │       lifecycle: { preStop: { sleep: { seconds: 25 } } }
               │                                        ^^^^^^^

                     25 s  preStop       sleep.seconds, line 17
                        ?  drain         nothing says how long the application needs,
                                         so that it is better to say it by the
                                         annotation
                      1 s  margin
            ─────────────
            at least 26 s  needed
                     30 s  grace period  default of Kubernetes

          why  A5 two-second-floor, see above
          fix  Sleep less (--fix)

      ✖ 2 findings: 2 errors; 2 can be fixed with --fix
        1 file, 2 objects checked
      "
    `);
  });

  it("calls a container without a name by its place", async () => {
    const nameless = text("a").replace("    - name: web\n      image", "    - image");
    expect(await report(nameless)).toContain("  7:40  error  sleep-fits  Pod/a container 1\n");
  });

  it("keeps to the width", async () => {
    const lines = (await report(text("a"), { columns: 60 })).split("\n");
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
  });

  it("cuts a long line around the place", async () => {
    const long = text("a")
      .replace("lifecycle:", `lifecycle: # ${"x".repeat(200)}\n       `)
      .replace("name: web\n", `name: web\n      note: ${"y".repeat(300)}\n`);
    const inline = `{ apiVersion: v1, kind: Pod, metadata: { name: ${"a".repeat(200)} }, spec: { containers: [{ name: web, image: web, lifecycle: { preStop: { sleep: { seconds: 25 } } } }] } }\n`;
    for (const content of [long, inline]) {
      const lines = (await report(content)).split("\n");
      expect(lines.filter((line) => line.length > 82)).toEqual([]);
      const marked = lines.findIndex((line) => line.trim().startsWith("> "));
      const caret = lines[marked + 1]?.indexOf("^") ?? -1;
      expect(lines[marked]?.slice(caret)).toMatch(/^seconds/);
    }
  });

  it("lets no control character of a manifest through", async () => {
    const content = text("a").replace("name: web", `name: "we\\u001b[2Jb"`);
    const colored = await report(content, { color: true });
    expect(colored).toContain("\u001B[");
    expect(colored).not.toContain("\u001B[2J");
    // oxlint-disable-next-line no-control-regex -- there must be none
    expect(await report(content)).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  });

  it("only counts what is waived", async () => {
    const waiver = {
      rule: "sleep-fits",
      owner: "me",
      reason: "later",
      expires: "2027-01-31",
      match: {},
      origin: "config",
    } as const;
    expect(await report(text("a"), { config: { waivers: [waiver] } })).toBe(
      "✔ no findings; 1 waived\n  1 file, 1 object checked\n",
    );
  });
});
