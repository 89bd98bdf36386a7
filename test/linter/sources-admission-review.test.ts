import { describe, expect, it } from "vitest";
import { brief, lint } from "./findings.ts";
import { folder } from "./folder.ts";

const review = (object: object, namespace?: string): string =>
  JSON.stringify(
    {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: { uid: "1", operation: "CREATE", ...(namespace !== undefined && { namespace }), object },
    },
    null,
    1,
  );

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "web-" },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "web", image: "registry.example/web:1" }] },
};

describe("a recorded AdmissionReview", () => {
  it("is judged by its object, at its place and in the request's namespace", async () => {
    const cwd = folder({ "review.json": review(pod, "shop") });
    const { findings, objects } = await lint(["review.json"], { cwd });
    expect(findings.map(brief)).toEqual(["review.json:15 grace-not-zero warn"]);
    expect(findings[0]).toMatchObject({
      path: "spec.terminationGracePeriodSeconds",
      object: { kind: "Pod", namespace: "shop", name: "web-" },
    });
    expect(objects).toEqual({ checked: 1, notRelevant: 0, skipped: 0 });
  });

  it("may be one of many in a stream, and is in its object's namespace where the request names none", async () => {
    const inData = { ...pod, metadata: { name: "db", namespace: "data" } };
    const stdin = `${review(pod, "shop")}\n${review(inData)}\n${JSON.stringify({ ...JSON.parse(review(pod)), request: {} })}\n`;
    const { findings, objects } = await lint(["-"], { cwd: folder(), stdin });
    expect(findings.map(({ object }) => `${object?.namespace}/${object?.name}`)).toEqual(["shop/web-", "data/db"]);
    expect(objects).toEqual({ checked: 2, notRelevant: 0, skipped: 1 });
  });
});
