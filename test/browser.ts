import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium of this machine: what CHROMIUM names, else the first on the PATH. Undefined where there is none. */
export const browserFile: string | undefined =
  process.env["CHROMIUM"] ??
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(runnable);

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it without a window. Its sandbox does not work for root, and in most containers. */
export const startBrowser = (file: string): Promise<Browser> =>
  chromium.launch({ executablePath: file, args: ["--no-sandbox"] });
