import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document as YamlDocument } from "yaml";
import { readManifest, type Document } from "../../../policies/manifests/manifest.ts";
import { resolvePlain, resolvePlainKey } from "../../../policies/manifests/scalars.ts";
import { applyTextEdits, EditError, toTextEdits } from "../../../policies/manifests/text-edit.ts";
import { valueAt, type Path } from "../../../policies/path.ts";

const corpus = process.env["GRACEWARDEN_CORPUS"];

describe.skipIf(corpus === undefined)(
  "real manifests (skipped unless GRACEWARDEN_CORPUS names a folder of them)",
  () => {
    const files = corpus === undefined ? [] : globSync(`${corpus}/**/*.{yaml,yml,json}`);

    it("are read as the yaml package reads them: values and places", async () => {
      let compared = 0;
      const differences: string[] = [];
      for (const file of files) {
        for (const document of (await readManifest(file, readFileSync(file))).documents) {
          const witness = parseDocument(document.source.text.slice(document.span.start, document.span.end), {
            schema: "failsafe",
            logLevel: "silent",
          });
          if (witness.errors.length > 0) continue; // it takes less than kubectl does, repeated keys for one
          compared += 1;
          for (const difference of differencesOf(document, witness)) differences.push(`${file} ${difference}`);
        }
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(0);
    }, 120_000);

    it("can be edited, or say why not", async () => {
      const refused: string[] = [];
      for (const file of files) {
        const { documents, source } = await readManifest(file, readFileSync(file));
        for (const document of documents) {
          if (typeof document.value !== "object" || document.value === null || Array.isArray(document.value)) continue;
          const edits = [
            { op: "set", at: ["metadata", "annotations", "gracewarden.io/test"], value: "yes" },
            { op: "set", at: ["spec", "template", "spec", "terminationGracePeriodSeconds"], value: 30 },
            { op: "remove", at: ["kind"] },
          ] as const;
          try {
            applyTextEdits(source.text, toTextEdits(document, edits));
          } catch (error) {
            if (!(error instanceof EditError)) throw error;
            refused.push(error.message);
          }
        }
      }
      expect(refused.filter((message) => message.includes("by hand"))).toEqual([]);
    }, 120_000);
  },
);

/** Walks the other parser's tree. Block collections start where the other says; their ends are a matter of taste. */
function* differencesOf(document: Document, witness: YamlDocument): Iterable<string> {
  function* walk(node: unknown, path: Path): Iterable<string> {
    if (isAlias(node)) return;
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key) || key.value === "<<") return;
        const text = String(key.value);
        yield* walk(value, [...path, (key.type === "PLAIN" ? resolvePlainKey(text) : text) ?? ""]);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) yield* walk(item, [...path, index]);
    } else if (isScalar(node)) {
      const text = typeof node.value === "string" ? node.value : "";
      const value = node.type === "PLAIN" && node.tag === undefined ? resolvePlain(text) : text;
      if (!Object.is(valueAt(document.value, path), value)) yield `value of ${path.join(".")}`;
    }
    const range = (node as { range?: readonly number[] } | null)?.range;
    const flow = !(isMap(node) || isSeq(node)) || node.flow === true;
    if (range === undefined || path.length === 0) return;
    const found = document.locate(path, "value");
    const start = found.start - document.span.start;
    const isEmpty = found.start === found.end;
    if (!isEmpty && start !== range[0]) yield `start of ${path.join(".")}: ${start}, not ${range[0]}`;
    const end = found.end - document.span.start;
    const isBlockScalar = isScalar(node) && node.type?.startsWith("BLOCK") === true;
    if (!isEmpty && flow && !isBlockScalar && end !== range[1])
      yield `end of ${path.join(".")}: ${end}, not ${range[1]}`;
  }
  yield* walk(witness.contents, []);
}
