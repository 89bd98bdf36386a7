import * as fc from "fast-check";
import { expect, it } from "vitest";
import { applyEdits, type Edit } from "../../../policies/edit.ts";
import { applyTextEdits, toTextEdits } from "../../../policies/manifests/text-edit.ts";
import { valueAt, type Path } from "../../../policies/path.ts";
import { readOne } from "./read-text.ts";
import { choices, key, mapping, anyValue, writeBlock, type Written } from "./written-value.ts";

type Step = { readonly pick: number; readonly into: string; readonly op: "set" | "remove"; readonly value: unknown };
const steps = fc.array(
  fc.record<Step>({ pick: fc.nat(50), into: key, op: fc.constantFrom("set", "set", "remove"), value: anyValue }),
  { minLength: 1, maxLength: 3 },
);

const style = fc.constantFrom("block", "block", "block", "json", "pretty json", "tabbed json");

function write(root: unknown, how: string, choiceList: readonly number[]): Written {
  if (how === "block") return writeBlock(root, choiceList);
  const indent = how === "json" ? undefined : how === "pretty json" ? 2 : "\t";
  return { text: JSON.stringify(root, null, indent), comments: [] };
}

function* pathsOf(node: unknown, at: Path = []): Iterable<Path> {
  yield at;
  if (typeof node !== "object" || node === null) return;
  for (const [name, child] of Object.entries(node))
    yield* pathsOf(child, [...at, Array.isArray(node) ? Number(name) : name]);
}

/** Edits of what is there and of what is not: keys that are new, items appended, parents missing. */
function editsOf(root: unknown, drawn: readonly Step[]): Edit[] {
  const edits: Edit[] = [];
  let current = root;
  for (const step of drawn) {
    const paths = [...pathsOf(current)];
    const parent = paths[step.pick % paths.length] ?? [];
    const there = valueAt(current, parent);
    const at = Array.isArray(there)
      ? [...parent, there.length]
      : typeof there === "object" && there !== null
        ? [...parent, step.into]
        : parent;
    const edit: Edit =
      step.op === "set"
        ? { op: "set", at: at.length === 0 ? [step.into] : at, value: step.value }
        : { op: "remove", at: parent };
    if (edit.at.length === 0) continue;
    edits.push(edit);
    current = applyEdits(current, [edit]);
  }
  return edits;
}

/** Comments stay where nothing was taken away that could hold them. */
function keepsComments(root: unknown, edits: readonly Edit[]): boolean {
  let current = root;
  for (const edit of edits) {
    const old = valueAt(current, edit.at);
    if (edit.op === "remove" || (typeof old === "object" && old !== null)) return false;
    current = applyEdits(current, [edit]);
  }
  return true;
}

it("makes the text say what the edits say, and keeps the comments", async () => {
  await fc.assert(
    fc.asyncProperty(mapping, style, choices, fc.boolean(), steps, async (root, how, choiceList, crlf, drawn) => {
      const edits = editsOf(root, drawn);
      const written = write(root, how, choiceList);
      const text = crlf ? written.text.replaceAll("\n", "\r\n") : written.text;
      const document = await readOne(text);
      expect(document.value).toEqual(root);

      const edited = applyTextEdits(text, toTextEdits(document, edits));
      expect((await readOne(edited)).value).toEqual(applyEdits(root, edits));
      const lineBreaks = new Set(edited.match(/\r?\n/g));
      expect(lineBreaks.size).toBeLessThanOrEqual(1);
      const kept = keepsComments(root, edits) ? written.comments : [];
      expect(kept.filter((comment) => !edited.includes(comment))).toEqual([]);
    }),
    { numRuns: Number(process.env["GRACEWARDEN_RUNS"] ?? 1000) },
  );
});
