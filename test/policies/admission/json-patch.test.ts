import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyPatch,
  PatchError,
  pointerTo,
  sameValue,
  toJsonPatch,
  type PatchOperation,
} from "../../../policies/admission/json-patch.ts";
import { applyEdits, type Edit } from "../../../policies/edit.ts";

const set = (at: Edit["at"], value: unknown): Edit => ({ op: "set", at, value });
const remove = (at: Edit["at"]): Edit => ({ op: "remove", at });

describe("edits as a JSON Patch", () => {
  it.each<[string, unknown, Edit[], PatchOperation[]]>([
    [
      "a whole lifecycle is added where there is none",
      { containers: [{ name: "a" }] },
      [set(["containers", 0, "lifecycle", "preStop"], { sleep: { seconds: 5 } })],
      [{ op: "add", path: "/containers/0/lifecycle", value: { preStop: { sleep: { seconds: 5 } } } }],
    ],
    [
      "a hook joins a lifecycle that is there",
      { lifecycle: { postStart: {} } },
      [set(["lifecycle", "preStop"], {})],
      [{ op: "add", path: "/lifecycle/preStop", value: {} }],
    ],
    ["a value is replaced", { grace: 30 }, [set(["grace"], 45)], [{ op: "replace", path: "/grace", value: 45 }]],
    ["the same value makes no operation", { a: { b: [1] } }, [set(["a"], { b: [1] })], []],
    [
      "slash and tilde are escaped",
      { annotations: {} },
      [set(["annotations", "a~b/c~1"], "x")],
      [{ op: "add", path: "/annotations/a~0b~1c~01", value: "x" }],
    ],
    [
      "missing parents are added first, as one value",
      {},
      [set(["metadata", "annotations", "a/b"], "x"), set(["metadata", "annotations", "c"], "y")],
      [
        { op: "add", path: "/metadata", value: { annotations: { "a/b": "x" } } },
        { op: "add", path: "/metadata/annotations/c", value: "y" },
      ],
    ],
    [
      "a parent that is null is replaced",
      { metadata: { annotations: null } },
      [set(["metadata", "annotations", "a"], "x")],
      [{ op: "replace", path: "/metadata/annotations", value: { a: "x" } }],
    ],
    [
      "a list is begun and appended to",
      {},
      [set(["env", 0], { name: "A" }), set(["env", 1], { name: "B" })],
      [
        { op: "add", path: "/env", value: [{ name: "A" }] },
        { op: "add", path: "/env/1", value: { name: "B" } },
      ],
    ],
    [
      "of two values for one place the last is sent",
      { grace: 30, hook: 1 },
      [set(["grace"], 40), set(["hook"], 2), set(["grace"], 50)],
      [
        { op: "replace", path: "/grace", value: 50 },
        { op: "replace", path: "/hook", value: 2 },
      ],
    ],
    ["what is there is removed", { a: { b: 1 } }, [remove(["a", "b"])], [{ op: "remove", path: "/a/b" }]],
    ["what is not there needs no removal", { a: 1 }, [remove(["b", "c"]), remove(["d"])], []],
    [
      "a key named __proto__ is a key",
      JSON.parse(`{"__proto__":{"a":1}}`) as unknown,
      [set(["__proto__", "a"], 2)],
      [{ op: "replace", path: "/__proto__/a", value: 2 }],
    ],
  ])("%s", (_name, root, edits, patch) => {
    expect(toJsonPatch(root, edits)).toEqual(patch);
    expect(sameValue(applyPatch(root, patch), applyEdits(root, edits))).toBe(true);
  });

  it("has no way around a scalar", () => {
    expect(() => toJsonPatch({ a: 1 }, [set(["a", "b"], 2)])).toThrow(TypeError);
  });
});

/** Undefined where it throws a TypeError. */
function attempt<T>(make: () => T): { readonly value: T } | undefined {
  try {
    return { value: make() };
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

describe("a patch", () => {
  it.each<[string, unknown, PatchOperation]>([
    ["adds below a missing parent", {}, { op: "add", path: "/a/b", value: 1 }],
    ["replaces what is not there", {}, { op: "replace", path: "/a", value: 1 }],
    ["removes what is not there", { b: 1 }, { op: "remove", path: "/a" }],
    ["adds beyond the end of a list", { a: [1] }, { op: "add", path: "/a/2", value: 1 }],
    ["replaces at the end of a list", { a: [1] }, { op: "replace", path: "/a/1", value: 1 }],
    ["names no index of a list", { a: [1] }, { op: "add", path: "/a/01", value: 1 }],
    ["goes through a scalar", { a: 1 }, { op: "add", path: "/a/b", value: 1 }],
    ["has no pointer", {}, { op: "add", path: "a", value: 1 }],
  ])("that %s is refused", (_name, root, operation) => {
    expect(() => applyPatch(root, [operation])).toThrow(PatchError);
  });

  it("appends, inserts and removes in lists", () => {
    const patch: PatchOperation[] = [
      { op: "add", path: "/a/-", value: 3 },
      { op: "add", path: "/a/0", value: 0 },
      { op: "remove", path: "/a/1" },
    ];
    expect(applyPatch({ a: [1, 2] }, patch)).toEqual({ a: [0, 2, 3] });
  });

  const key = fc.constantFrom("a", "b", "a/b", "~1", "__proto__", "");
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, 0, 1, "x", true),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("json")), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as unknown),
    ),
  }));
  const at = fc.array(fc.oneof(key, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 4 });
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ op: fc.constant("set" as const), at, value: json }),
    fc.record({ op: fc.constant("remove" as const), at }),
  );

  it("does what the edits do, wherever they can be done", () => {
    fc.assert(
      fc.property(json, fc.array(edit, { maxLength: 4 }), (root, edits) => {
        const wanted = attempt(() => applyEdits(root, edits));
        const patch = attempt(() => toJsonPatch(root, edits));
        // What cannot be edited cannot be patched either.
        expect(patch === undefined).toBe(wanted === undefined);
        if (patch === undefined) return;
        const sent = JSON.parse(JSON.stringify(patch.value)) as PatchOperation[];
        expect(sameValue(applyPatch(root, sent), wanted?.value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("escapes every step so that it comes back", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (path) => {
        const holder = applyEdits<unknown>({}, [set(path, 1)]);
        expect(applyPatch(holder, [{ op: "replace", path: pointerTo(path), value: 2 }])).toEqual(
          applyEdits(holder, [set(path, 2)]),
        );
      }),
    );
  });
});
