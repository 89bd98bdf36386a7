import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { browserFile, startBrowser } from "../../browser.ts";
import { playRecording } from "../audit/recorded-server.ts";
import { pod } from "../folder.ts";
import { gracewarden } from "../program.ts";
import { reviewed } from "../reviewed.ts";

const skipped = browserFile === undefined ? " (SKIPPED: no chromium on the PATH, and CHROMIUM names none)" : "";

/** So many that lists are folded. */
const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`many/${index}.yaml`, pod(`many-${index}`)]));

/** Of files, and of a cluster. */
const pages = ["report.html", "cluster.html"] as const;

const contrast = readFileSync(join(import.meta.dirname, "../contrast.js"), "utf8");

interface Contrast {
  readonly name: string;
  readonly ratio: number;
  readonly least: number;
  readonly text: string;
}

describe.skipIf(browserFile === undefined)(`the HTML report in a browser${skipped}`, () => {
  let browser: Browser;
  let cwd: string;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "gracewarden-"));
    for (const [name, content] of Object.entries({ ...reviewed, ...many })) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), content);
    }
    await gracewarden(["report", "-o", "report.html"], { cwd });
    await using server = await playRecording();
    writeFileSync(join(cwd, "kubeconfig"), server.kubeconfig);
    const left = ["--without", "poddisruptionbudgets.policy"];
    await gracewarden(["audit", "--kubeconfig", "kubeconfig", "--format", "html=cluster.html", ...left], { cwd });
    browser = await startBrowser(browserFile ?? "");
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(cwd, { recursive: true });
  });

  async function open(options: BrowserContextOptions = {}, file = "report.html"): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(cwd, file)).href);
    return page;
  }

  it.each(pages)(
    "asks for nothing but itself, and has nothing to complain of: %s",
    { timeout: 60_000 },
    async (file) => {
      const page = await open({}, file);
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.reload();
      expect([requests, complaints]).toEqual([[page.url()], []]);
    },
  );

  it.each(pages.flatMap((file) => (["light", "dark"] as const).map((colorScheme) => ({ file, colorScheme }))))(
    "has nothing that axe finds against WCAG 2.2 AA or good practice: $file in $colorScheme",
    { timeout: 60_000 },
    async ({ file, colorScheme }) => {
      const page = await open({ colorScheme }, file);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      await page.evaluate(axe.source);
      const { violations, passes } = await page.evaluate<axe.AxeResults>(
        "axe.run({ resultTypes: ['violations', 'passes'] })",
      );
      expect(passes.length).toBeGreaterThan(20);
      expect(
        violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`),
      ).toEqual([]);
    },
  );

  it.each(["light", "dark"] as const)(
    "can be told from its ground, texts by 4.5:1 and drawings by 3:1, in %s",
    { timeout: 60_000 },
    async (colorScheme) => {
      const page = await open({ colorScheme });
      const seen = await page.evaluate<readonly Contrast[]>(contrast);
      expect(seen.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["text p.", "text text.letter", "shape rect.preStop", "shape path.cut"]),
      );
      expect(seen.filter(({ ratio, least }) => ratio < least)).toEqual([]);
    },
  );

  it(
    "is walked by keyboard: the skip link comes first and shows itself, summaries open",
    { timeout: 60_000 },
    async () => {
      const page = await open();
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
      const box = await page.locator(".skip").boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
      await page.keyboard.press("Enter");
      await page.locator("#workloads > details > summary").first().focus();
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
      await page.keyboard.press("Enter");
      expect(await page.locator("#workloads > details").first().getAttribute("open")).toBe("");
    },
  );

  it("opens what a link leads to, however deep it is folded", { timeout: 60_000 }, async () => {
    const page = await open();
    const last = page.locator("#workloads details details.workload").last();
    expect(await last.isVisible()).toBe(false);
    await page.goto(`${page.url()}#${await last.getAttribute("id")}`);
    expect(await last.isVisible()).toBe(true);
  });

  it.each(pages)("needs no scrolling sideways on a narrow screen: %s", { timeout: 60_000 }, async (file) => {
    const page = await open({ viewport: { width: 320, height: 640 } }, file);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
  });

  it("shows all that is folded on paper, in black on white", { timeout: 60_000 }, async () => {
    const page = await open({ colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    const heights = await page.evaluate<readonly number[]>(
      "[...document.querySelectorAll('details > *:not(summary)')].map((one) => one.getBoundingClientRect().height)",
    );
    expect(heights.length).toBeGreaterThan(100);
    expect(heights.filter((height) => height === 0)).toEqual([]);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const ink = "getComputedStyle(document.querySelector('.clock text:not(.dim)')).fill";
    expect(await page.evaluate(ink)).toBe("rgb(28, 32, 36)");
  });
});
