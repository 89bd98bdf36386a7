import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { loadAll } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { shellComment, shellWord } from "../../../linter/audit/shell-text.ts";
import { faults, playRecording } from "../audit/recorded-server.ts";
import { parseFindings } from "../findings.ts";
import { folder } from "../folder.ts";
import { named, parsePage, section, textOf, type Page } from "../page.ts";
import { gracewarden, type Outcome } from "../program.ts";

interface Reviewed extends Outcome {
  readonly page: Page;
  readonly markdown: string;
  readonly openReports: readonly unknown[];
}

async function reviewed(
  args: readonly string[] = [],
  fault?: Parameters<typeof playRecording>[0],
  files: Readonly<Record<string, string>> = {},
): Promise<Reviewed> {
  await using server = await playRecording(fault);
  const cwd = folder({ kubeconfig: server.kubeconfig, ...files });
  const formats = ["html=review.html", "markdown=review.md", "openreports=review.yaml", "json"];
  const outcome = await gracewarden(
    ["audit", "--kubeconfig", "kubeconfig", ...formats.flatMap((format) => ["--format", format]), ...args],
    { cwd },
  );
  const read = (file: string): string => readFileSync(join(cwd, file), "utf8");
  return {
    ...outcome,
    page: parsePage(read("review.html")),
    markdown: read("review.md"),
    openReports: loadAll(read("review.yaml")),
  };
}

const refusing = (path: string): typeof faults.forbidden | undefined =>
  path === "/apis/policy/v1/poddisruptionbudgets" ? faults.forbidden : undefined;

describe("the review of a cluster", () => {
  // The Kubernetes client has hundreds of files; the built program has it in one.
  beforeAll(() => import("../../../linter/audit/cluster-report.ts"), 60_000);

  it("tells what was asked for, what was read and what it was held against", async () => {
    const { code, page, markdown, stdout } = await reviewed(["--without", "ingresses.networking.k8s.io"]);
    expect(code).toBe(1);
    expect(page.errors).toEqual([]);
    const summary = section(page, "summary");
    expect(summary).toMatch(
      /Cluster test API server http:\/\/127\.0\.0\.1:\d+ Namespaces all Date 2026-11-22 12:00 UTC/,
    );
    expect(summary).toContain(
      "Looked at 8 objects judged, 5 workloads with pods; no objects judged as what made them, 0 that run no more",
    );
    expect(summary).toContain("Held against the webhook 3 pods, 3 slipped past it");
    expect(section(page, "not-evaluated")).toMatch(
      /Kinds that were not read 1 entry .* ingresses\.networking\.k8s\.io left out by --without list ingresses\.networking\.k8s\.io lb-deregistration-fits/,
    );
    const { findings } = parseFindings(stdout);
    const open = findings.filter(({ verdict, waived }) => verdict === "fail" && waived === null);
    const items = named(page, "li").filter(({ parentNode }) =>
      JSON.stringify((parentNode as { attrs?: unknown } | null)?.attrs ?? "").includes("findings"),
    );
    expect(items).toHaveLength(findings.filter(({ waived }) => waived === null).length);
    expect(open.length).toBeGreaterThan(5);
    expect(section(page, "findings")).toContain("slipped-through A pod that runs was seen by the webhook");
    expect(section(page, "workloads")).toContain("Deployment/checkout in shop shop/Deployment/checkout");
    expect(section(page, "signals")).toContain("Who signals whom in Deployment/tools");
    expect(textOf(named(page, "footer")[0]!)).toContain("from what the API server answered");
    expect(markdown).toMatch(/^- Scope: cluster `test` at `http:\/\/127\.0\.0\.1:\d+`, all namespaces$/m);
    expect(markdown).toContain("- Pods held against the webhook: 3; slipped past it: 3\n");
    expect(markdown).toContain("- `ingresses.networking.k8s.io`: left out by --without; without it also");
  });

  it("names what may not be read in every format, and is no clean audit", async () => {
    const { code, page, markdown, openReports } = await reviewed(["--fail-on", "off"], refusing);
    expect(code).toBe(2);
    const words = "poddisruptionbudgets is forbidden";
    expect(section(page, "not-evaluated")).toContain(
      `poddisruptionbudgets.policy refused: ${words} list poddisruptionbudgets.policy pdb-allows-one`,
    );
    expect(markdown).toContain(`refused (${words}); grant list poddisruptionbudgets.policy`);
    expect(openReports).toContainEqual(
      expect.objectContaining({
        kind: "ClusterReport",
        results: expect.arrayContaining([
          expect.objectContaining({
            policy: "not-evaluated",
            result: "skip",
            message: `poddisruptionbudgets.policy: ${words}`,
          }),
        ]) as unknown,
      }),
    );
  });

  it("holds everything with --quiet: what it left out would be taken for not found", async () => {
    const [all, quiet] = [await reviewed(), await reviewed(["--quiet"])];
    expect(section(quiet.page, "findings")).toBe(section(all.page, "findings"));
    expect(parseFindings(quiet.stdout).findings.length).toBeLessThan(parseFindings(all.stdout).findings.length);
  });

  it("says by which commands objects are mended, and what no patch can mend", async () => {
    const { page, markdown } = await reviewed();
    const command = `kubectl --context test --namespace shop patch Deployment.v1.apps checkout --type=json --patch '[`;
    expect(section(page, "remediation")).toContain(command);
    expect(markdown).toContain(`# Deployment checkout\n# Set terminationGracePeriodSeconds to `);
    expect(markdown).toContain(
      `${command}\n  {"op":"test","path":"/spec/template/spec/terminationGracePeriodSeconds","value":30},\n  {"op":"replace",`,
    );
    expect(section(page, "remediation")).toContain("Mend the manifests that the objects come from");
    expect(section(page, "findings")).toMatch(
      /Safe fix: Set terminationGracePeriodSeconds to \d+.* \(in the manifest that it comes from, or by a command\)/,
    );
    // In the page and in Markdown alike.
    const [, block = ""] = /```sh\n([^]*?)```/.exec(markdown) ?? [];
    expect(section(page, "remediation").replaceAll(/\s/g, "")).toContain(
      block.split("\n").slice(0, 5).join("").replaceAll(/\s/g, ""),
    );
  });

  it("counts waivers of the configuration", async () => {
    const waiver = "{ rule: prestop-fits-grace, owner: me, reason: old pods, expires: 2026-12-01 }";
    const { page } = await reviewed([], undefined, { "gracewarden.yaml": `waivers:\n  - ${waiver}\n` });
    expect(section(page, "waivers")).toMatch(
      /prestop-fits-grace expires within 30 days 2026-12-01 me old pods everything \(config\) [1-9]/,
    );
  });
});

describe("texts in a command", () => {
  it("are taken by sh for nothing but themselves", () => {
    const texts = ["", "it's", "$(id)", "`id`", "a\nb", "\\", '"', "!", "*", "-n", "\u202E", ";id", "${IFS}"];
    const words = [...texts, ...fc.sample(fc.string({ unit: "grapheme", maxLength: 20 }), 200)]
      .map((text) => text.replaceAll("\0", ""))
      .filter((text) => text.isWellFormed());
    const script = words.map((text) => `printf '%s\\0' ${shellWord(text)}`).join("\n");
    expect(execFileSync("sh", ["-c", script]).toString().split("\0").slice(0, -1)).toEqual(words);
  });

  it("end no comment", () => {
    for (const text of ["a\nid", "a\r\nid", "a\u2028id", "a\u0085id", "a\0id"])
      expect(shellComment(text)).toBe("# a id");
  });
});
