/** How large the HTML report of GRACEWARDEN_CORPUS is, and how long a browser takes to open it: `node test/bench/report.ts`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { browserFile, startBrowser } from "../browser.ts";
import { median } from "./measure.ts";

const bin = resolve(import.meta.dirname, "../../dist/gracewarden.cjs");
const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 9);

/** Milliseconds after the navigation began, by the browser's own clock. */
interface Opening {
  readonly firstPaint: number;
  readonly load: number;
  readonly elements: number;
}

async function open(browser: Browser, url: string): Promise<Opening> {
  // A context of its own has no cache.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction("performance.getEntriesByName('first-contentful-paint').length > 0");
  const opening = await page.evaluate<Opening>(`({
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    elements: document.getElementsByTagName("*").length,
  })`);
  await context.close();
  return opening;
}

const spread = (values: readonly number[]): Record<string, string> => ({
  "min ms": Math.min(...values).toFixed(0),
  "median ms": median(values).toFixed(0),
  "max ms": Math.max(...values).toFixed(0),
});

async function measure(corpus: string, chromium: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));
  const browser = await startBrowser(chromium);
  try {
    const file = join(folder, "report.html");
    execFileSync(process.execPath, [bin, "report", "--no-config", "-o", file, corpus]);
    const openings: Opening[] = [];
    for (let round = 0; round < rounds; round++) openings.push(await open(browser, pathToFileURL(file).href));
    const megabytes = (statSync(file).size / 1e6).toFixed(2);
    console.log(`\nHTML report of ${corpus}: ${megabytes} MB, ${openings[0]?.elements} elements`);
    console.log(`Opened by Chromium ${browser.version()} (${rounds} rounds, each without a cache)`);
    console.table({
      "first contentful paint": spread(openings.map(({ firstPaint }) => firstPaint)),
      load: spread(openings.map(({ load }) => load)),
    });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

const corpus = process.env["GRACEWARDEN_CORPUS"];
if (corpus === undefined) console.log("HTML report: SKIPPED, GRACEWARDEN_CORPUS names no folder of manifests");
else if (browserFile === undefined)
  console.log("HTML report: SKIPPED, no chromium on the PATH and CHROMIUM names none");
else await measure(corpus, browserFile);
