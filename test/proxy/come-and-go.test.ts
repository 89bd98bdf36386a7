import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ById } from "../../proxy/by-id.ts";
import { Slots } from "../../proxy/slots.ts";

describe("slots", () => {
  it("hold what was added and not removed", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (picks) => {
        const slots = new Slots<object>();
        const held: { readonly item: object; readonly slot: number }[] = [];
        for (const pick of picks) {
          const [gone] = held.splice(pick, 1);
          const item = { pick };
          if (gone === undefined) held.push({ item, slot: slots.add(item) });
          else slots.remove(gone.slot, gone.item);
          expect(slots.size).toBe(held.length);
          expect(new Set(slots)).toEqual(new Set(held.map((one) => one.item)));
        }
      }),
    );
  });

  it("are given to others, whom the one before does not remove", () => {
    const slots = new Slots<object>();
    const [first, second] = [{}, {}];
    const slot = slots.add(first);
    expect(slots.remove(slot, first)).toBe(true);
    expect(slots.add(second)).toBe(slot);
    expect(slots.remove(slot, first)).toBe(false);
    expect([...slots]).toEqual([second]);
  });
});

describe("by id", () => {
  it("is what a Map is, whatever the ids", () => {
    const ids = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("1", "", "__proto__", "constructor", '"1'));
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.boolean())), (steps) => {
        const byId = new ById<number>();
        const map = new Map<string | number, number>();
        for (const [index, [id, isAdded]] of steps.entries()) {
          const [did, should] = isAdded
            ? [byId.set(id, index), void map.set(id, index)]
            : [byId.delete(id), map.delete(id)];
          expect(did).toBe(should);
          for (const one of ["1", 1, id]) expect(byId.get(one)).toBe(map.get(one));
          expect(byId.size).toBe(map.size);
          expect(new Set(byId.values())).toEqual(new Set(map.values()));
        }
      }),
    );
  });
});
