import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { render } from "./helm.ts";

export const base = resolve(import.meta.dirname, "../../deploy/kustomize/base");

/** The base's files by name: the chart with its default values, one file a template. */
export function baseFiles(): ReadonlyMap<string, string> {
  const { code, stdout, stderr } = render();
  if (code !== 0) throw new Error(`helm template failed: ${stderr}`);
  const files = new Map<string, string>();
  for (const document of stdout.split(/^---\n/m)) {
    const [, name, text] = /^# Source: gracewarden\/templates\/(\S+)\n(.*)$/s.exec(document) ?? [];
    if (name === undefined || text === undefined) continue;
    const before = files.get(name);
    files.set(name, before === undefined ? text : `${before}---\n${text}`);
  }
  return files;
}

if (import.meta.main) {
  for (const [name, text] of baseFiles()) writeFileSync(join(base, name), text);
}
