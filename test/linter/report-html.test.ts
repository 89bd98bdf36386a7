import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, pod } from "./folder.ts";
import { attribute, named, parsePage, section, textOf, type Page } from "./page.ts";
import { gracewarden, today } from "./program.ts";
import { reviewed as files } from "./reviewed.ts";

async function reportOf(content: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Page> {
  const { code, stdout, stderr } = await gracewarden(["report", ...args], { cwd: folder(content) });
  expect([code, stderr.split("\n").filter((line) => !line.includes("expired"))]).toEqual([0, [""]]);
  return parsePage(stdout);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let made: Promise<Page> | undefined;

/** The report on all of them, made once. */
const whole = (): Promise<Page> => (made ??= reportOf(files));

describe("the HTML report", () => {
  it("is a page that a parser has nothing to mend in", async () => {
    expect((await whole()).errors).toEqual([]);
    expect((await reportOf({ "good.yaml": pod() })).errors).toEqual([]);
  });

  it("loads nothing and runs nothing", async () => {
    const page = await whole();
    expect(named(page, "script", "iframe", "object", "embed", "img", "link", "form", "base")).toEqual([]);
    const handlers = page.elements.flatMap(({ attrs }) => attrs.filter(({ name }) => /^on|^style$|^src/.test(name)));
    expect(handlers).toEqual([]);
    const addresses = named(page, "a").map((element) => attribute(element, "href") ?? "");
    expect(addresses.filter((address) => !/^(#|https:\/\/)/.test(address))).toEqual([]);
    const policy = named(page, "meta").find(
      (element) => attribute(element, "http-equiv") === "Content-Security-Policy",
    );
    const style = textOf(named(page, "style")[0]!);
    const hash = createHash("sha256").update(style).digest("base64");
    expect(attribute(policy!, "content")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(style).not.toMatch(/url\(|@import/);
  });

  it("can be walked by headings, landmarks and labels", async () => {
    const page = await whole();
    expect(named(page, "main", "nav", "header", "footer").map(({ tagName }) => tagName)).toEqual([
      "header",
      "nav",
      "main",
      "footer",
    ]);
    expect(attribute(named(page, "html")[0]!, "lang")).toBe("en");
    const levels = named(page, "h1", "h2", "h3", "h4").map(({ tagName }) => Number(tagName[1]));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    const steps = levels.map((level, index) => level - (levels[index - 1] ?? 0));
    expect(Math.max(...steps)).toBe(1);
    for (const tableElement of named(page, "table"))
      expect(tableElement.childNodes.some((child) => child.nodeName === "caption")).toBe(true);
    for (const head of named(page, "th")) expect(["col", "row"]).toContain(attribute(head, "scope"));
    for (const details of named(page, "details"))
      expect(details.childNodes.filter((child) => child.nodeName === "summary")).toHaveLength(1);
  });

  it("has ids that are unique, and every reference leads to one", async () => {
    const { elements } = await whole();
    const ids = elements.flatMap((element) => attribute(element, "id") ?? []);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const references = elements.flatMap((element) => [
      ...(attribute(element, "href")?.startsWith("#") ? [attribute(element, "href")!.slice(1)] : []),
      ...(attribute(element, "aria-labelledby")?.split(" ") ?? []),
      ...(attribute(element, "aria-describedby")?.split(" ") ?? []),
    ]);
    expect(references.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("names every picture", async () => {
    const page = await whole();
    const pictures = named(page, "svg");
    // The clocks of six pods, and the one of them in which others can signal.
    expect(pictures).toHaveLength(7);
    for (const picture of pictures) {
      expect(attribute(picture, "role")).toBe("img");
      expect(textOf(picture.childNodes[0]!)).toMatch(/^(How .* stops|Who signals whom in .*)$/);
    }
  });

  it("says what was looked at, when, with what and by which settings", async () => {
    const page = await reportOf(files, "a.yaml", "--context", "sharing.yaml");
    const { stdout } = await gracewarden(["lint", "--print-config"], { cwd: folder(files) });
    const text = section(page, "summary");
    expect(text).toContain("Scope a.yaml");
    expect(text).toContain("Read for relations only sharing.yaml");
    expect(text).toContain("2026-11-22 12:00 UTC");
    expect(text).toContain(sha256(stdout));
    expect(text).toContain(sha256(files["gracewarden.yaml"]));
  });

  it("accounts for what was not evaluated, with the reasons", async () => {
    const text = section(await whole(), "not-evaluated");
    expect(text).toContain("pid-one-reaps everywhere, by the configuration");
    expect(text).toMatch(/chart\/templates\/a\.yaml Go template/);
    expect(text).toMatch(/document broken\.yaml:\d+/);
    expect(text).toMatch(/Undetermined.*readable-manifest/);
    expect(text).toContain("Secret 1");
    expect(
      section(await reportOf({ "gracewarden.yaml": "extends: [security]\n", "a.yaml": pod() }), "not-evaluated"),
    ).toContain("prestop-delay everywhere, by the preset security");
  });

  it("shows a finding's sum, the fact behind it, and the fix", async () => {
    const text = section(await whole(), "findings");
    expect(text).toMatch(/prestop-fits-grace.*A4.*every second of the hook is taken/);
    expect(text).toMatch(/slow\.yaml:\d+/);
    expect(text).toMatch(/preStop 40 s `sleep 40` in the preStop command.*observed: grace period 30 s/);
    expect(text).toMatch(/Safe fix: Set terminationGracePeriodSeconds/);
  });

  it("tells who may signal whom, and by which ground", async () => {
    const text = section(await whole(), "signals");
    expect(text).toContain("1 workload: one PID namespace for the whole pod: PID 1 is the pause process");
    expect(text).toMatch(/logs \(main\) sh \(shell\)\s?node\s?cut: the program dies.*app \(uid 1000, as app\) alone/);
    expect(text).not.toMatch(/alone \(main\)[^|]*app, logs/);
  });

  it("lists waivers with those first that need somebody", async () => {
    const page = await whole();
    const rows = section(page, "waivers");
    expect(rows.indexOf("expired: holds no longer")).toBeLessThan(rows.indexOf("expires within 30 days"));
    expect(rows).toMatch(/2 of 3 expired or will within 30 days/);
    expect(rows).toMatch(
      /grace-not-zero expires within 30 days\s?2026-12-20\s?team-a\s?a simulator\s?A-1\s?StatefulSet\/soon, expiring\.yaml:\d+ \(annotation\)\s?1/,
    );
  });

  it("holds the patch that --fix-dry-run prints", async () => {
    const cwd = folder(files);
    const { stdout: diff } = await gracewarden(["lint", "--fix-dry-run", "."], { cwd });
    const { stdout } = await gracewarden(["report", "."], { cwd });
    const page = parsePage(stdout);
    const patches = named(page, "pre").map(textOf).join("");
    expect(patches).toBe(diff);
    expect(diff).toContain("+++ b/a.yaml");
  });

  it("supports controls and satisfies none", async () => {
    const text = section(await whole(), "controls");
    expect(text).toMatch(/supports the control and does not satisfy it/);
    expect(text).toMatch(/SC-39 Process Isolation.*no-unsafe-shared-pid-namespace/);
  });

  it("takes names for text, wherever they stand", async () => {
    const evil = `</title></style><script>alert(1)</script><img src=x onerror=alert(2)>"' onload="alert(3)`;
    const quoted = JSON.stringify(evil);
    const content = {
      [`<img src=x onerror=alert(4)>.yaml`]: `apiVersion: v1
kind: Pod
metadata:
  name: ${quoted}
  namespace: ${quoted}
  annotations: { waive.gracewarden.io/grace-not-zero: ${JSON.stringify(`${evil.replaceAll(";", ",")}; owner=${evil}; expires=2026-12-01; ticket=javascript:alert(5)`)} }
spec:
  shareProcessNamespace: true
  terminationGracePeriodSeconds: 0
  containers:
    - { name: ${quoted}, image: ${quoted}, command: [${quoted}, ${quoted}], lifecycle: { preStop: { exec: { command: [sh, -c, ${JSON.stringify(`sleep 50; ${evil}`)}] } } } }
    - { name: "</svg></table><script>alert(6)</script>", image: x, command: [sh, -c, ${JSON.stringify(`${evil} | cat`)}] }
    - { name: "\\u202Egpj.exe\\u0007", image: x }
`,
      "<script>.yaml": `apiVersion: v1\nkind: ${quoted}\nmetadata: { name: ${quoted} }\nspec: { containers: [] }\n---\n: [${evil}`,
    };
    const page = await reportOf(content);
    expect(page.errors).toEqual([]);
    expect(named(page, "script", "img", "style").map(({ tagName }) => tagName)).toEqual(["style"]);
    expect(page.elements.flatMap(({ attrs }) => attrs.filter(({ name }) => name.startsWith("on")))).toEqual([]);
    expect(named(page, "a").filter((element) => /^javascript/i.test(attribute(element, "href") ?? ""))).toEqual([]);
    const all = textOf(named(page, "html")[0]!);
    expect(all).toContain("<script>alert(1)</script>");
    for (const hidden of ["\u202E", "\u0007"]) expect(all).not.toContain(hidden);
  });

  it("goes into a file, and the exit code follows --fail-on", async () => {
    const cwd = folder(files);
    const outcome = await gracewarden(["report", "-o", "out.html", "--fail-on", "error", "slow.yaml"], { cwd });
    expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
    expect(parsePage(readFileSync(join(cwd, "out.html"), "utf8")).errors).toEqual([]);
    const unwritable = await gracewarden(["report", "-o", "no/such/out.html", "a.yaml"], { cwd });
    expect([unwritable.code, unwritable.stderr]).toEqual([
      2,
      "gracewarden: the report no/such/out.html cannot be written: its folder does not exist\n",
    ]);
  });

  it("is the same page for the same input", async () => {
    const cwd = folder(files);
    const [one, two] = [
      await gracewarden(["report"], { cwd, now: today }),
      await gracewarden(["report"], { cwd, now: today }),
    ];
    expect(one.stdout).toBe(two.stdout);
  });
});
