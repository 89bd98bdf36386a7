import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairShare } from "../../proxy/fair-share.ts";
import { anonymous } from "../../proxy/access/identity.ts";
import { requesterOf } from "../../proxy/front/http/requester.ts";

/** As many as it gets, one by one. */
function greed(share: FairShare, who: string | undefined): number {
  let got = 0;
  while (share.take(who, 1) === undefined) got += 1;
  return got;
}

describe("a limit that clients share", () => {
  it("gives each half of what the others leave, and tells a client's share from the end of it all", () => {
    const share = new FairShare(100);
    expect(["a", "b", "c", "d"].map((who) => greed(share, who))).toEqual([50, 25, 13, 6]);
    expect(share.take("a", 1)).toBe("share");
    expect(share.take("e", 7)).toBe("full");
    share.give("b", 25);
    expect(greed(share, "a")).toBe(0);
    expect(greed(share, "b")).toBe(16);
    expect(share.refused()).toEqual({ full: 1, share: 7 });
  });

  it("is one's own who shares with nobody", () => {
    expect(greed(new FairShare(10), undefined)).toBe(10);
  });

  it("never gives more than there is, has something left for a newcomer, and forgets who gave all back", () => {
    const steps = fc.array(fc.record({ who: fc.constantFrom("a", "b", "c"), take: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 60 }), steps, (limit, taken) => {
        const share = new FairShare(limit);
        const own = new Map<string, number>();
        for (const { who, take } of taken) {
          const has = own.get(who) ?? 0;
          if (take && share.take(who, 1) === undefined) own.set(who, has + 1);
          else if (!take && has > 0) {
            share.give(who, 1);
            own.set(who, has - 1);
          }
          expect(share.total).toBeLessThanOrEqual(limit);
          expect(share.total).toBe([...own.values()].reduce((sum, one) => sum + one, 0));
        }
        expect(share.take("newcomer", 1)).toBeUndefined();
        share.give("newcomer", 1);
        for (const [who, has] of own) share.give(who, has);
        expect(greed(share, "a")).toBe(Math.ceil(limit / 2));
      }),
    );
  });
});

describe("who a request counts for", () => {
  it.each([
    ["ada", "10.0.0.7", "ada"],
    [anonymous.subject, "10.0.0.7", "10.0.0.7"],
    [anonymous.subject, "::ffff:10.0.0.7", "::ffff:10.0.0.7"],
    [anonymous.subject, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    [anonymous.subject, "2001:db8:1:2::6", "2001:db8:1:2"],
    [anonymous.subject, "2001:db8::6", "2001:db8:0:0"],
    [anonymous.subject, "::1", "0:0:0:0"],
    [anonymous.subject, undefined, ""],
  ])("%s at %s is %s", (subject, address, who) => {
    expect(requesterOf({ subject, roles: [] }, address)).toBe(who);
  });
});
