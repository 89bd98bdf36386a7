import { basename } from "node:path";
import { kustomizationNames, type Renderable } from "../reading/files.ts";
import type { LoadedFile } from "../reading/load.ts";
import { nothingRendered } from "./nothing-rendered.ts";

/** A file that is judged as it is written, though something can be made of it: what is skipped of it says how, or why it is not. */
export function explainSkipped(file: LoadedFile, kind: Renderable["kind"], why: string): LoadedFile {
  const { manifest, path } = file;
  if (manifest === undefined || path === undefined) return file;
  if (kind !== "kustomization") {
    if (manifest.skipped.length === 0) return file;
    const skipped = manifest.skipped.map((one) => ({ ...one, reason: `${one.reason}; ${why}` }));
    return { ...file, manifest: { ...manifest, skipped } };
  }
  const isKustomization = (kustomizationNames as readonly string[]).includes(basename(path));
  const hasObjects = file.objects.some(({ object }) => !object.apiVersion.startsWith("kustomize.config.k8s.io/"));
  if (!isKustomization || hasObjects || manifest.problems.length > 0 || manifest.notRelevant.size > 0) return file;
  return nothingRendered(file, `a kustomization; ${why}`);
}
