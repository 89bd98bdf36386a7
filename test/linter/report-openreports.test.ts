import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden } from "./program.ts";

interface Report {
  readonly kind: "Report" | "ClusterReport";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly summary: Readonly<Record<string, number>>;
  readonly results: readonly {
    readonly policy: string;
    readonly result: string;
    readonly severity: string;
    readonly message: string;
  }[];
}

/** The API server drops fields that a schema does not name: here they are mistakes. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in copy && !("additionalProperties" in copy) ? { ...copy, additionalProperties: false } : copy;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);

const validators = Object.fromEntries(
  ["reports", "clusterreports"].map((plural) => {
    const text = readFileSync(new URL(`schemas/openreports.io_${plural}.yaml`, import.meta.url), "utf8");
    const crd = loadAll(text)[0] as {
      spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: object } }[] };
    };
    const schema = crd.spec.versions[0]!.schema.openAPIV3Schema as { properties: Record<string, object> };
    // `metadata` is checked by the API server itself.
    const whole = closed({ ...schema, properties: { ...schema.properties, metadata: { "x-any": true } } });
    return [crd.spec.names.kind, ajv.compile(whole as object)];
  }),
);

async function reportsOf(files: Readonly<Record<string, string>>): Promise<Report[]> {
  const { code, stdout } = await gracewarden(["report", "--format", "openreports"], { cwd: folder(files) });
  expect(code).toBe(0);
  const objects = loadAll(stdout) as Report[];
  for (const object of objects) {
    const validate = validators[object.kind]!;
    expect(validate(object) ? [] : validate.errors).toEqual([]);
    expect(object.metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
    expect(JSON.stringify(object).length).toBeLessThan(1_000_000);
    for (const outcome of ["fail", "warn", "error", "skip"])
      expect(object.summary[outcome]).toBe(object.results.filter(({ result }) => result === outcome).length);
  }
  return objects;
}

describe("OpenReports", () => {
  it("has a Report for each namespace, one for those left open, and a ClusterReport for files", async () => {
    const objects = await reportsOf({
      "a.yaml": hasty("one"),
      "b.yaml": hastySet("db"),
      "c.yaml": hastySet("db").replace("namespace: data", 'namespace: "{{ not a name }}"'),
      "broken.yaml": "apiVersion: v1\nkind: Pod\n  metadata: [\n",
    });
    expect(objects.map(({ kind, metadata, summary }) => [kind, metadata.namespace, summary["fail"]])).toEqual([
      ["Report", undefined, 1],
      ["Report", "data", 1],
      ["ClusterReport", undefined, 1],
    ]);
  });

  it("counts what is waived or undetermined as skipped, and says why", async () => {
    const waiver = `  annotations:\n    waive.gracewarden.io/grace-not-zero: "simulator; owner=team-a; expires=2027-01-31"\n`;
    const [report] = await reportsOf({
      "a.yaml": hastySet("db").replace("  namespace: data\n", waiver),
      "b.yaml": hasty("later").replace("Seconds: 0", "Seconds: ${GRACE}"),
    });
    expect(report?.results.map(({ policy, result, severity }) => [policy, result, severity])).toEqual([
      ["grace-not-zero", "skip", "info"],
      ["readable-manifest", "skip", "info"],
    ]);
    expect(report?.results[0]?.message).toMatch(/^waived by team-a until 2027-01-31: simulator\. StatefulSet\/db: /);
  });

  it("splits what would be too large for one object", async () => {
    const many = Array.from({ length: 600 }, (_, index) => hasty(`pod-${index}`)).join("---\n");
    const objects = await reportsOf({ "many.yaml": many });
    expect(objects.map(({ metadata, results }) => [metadata.name, results.length])).toEqual([
      ["gracewarden", 250],
      ["gracewarden-2", 250],
      ["gracewarden-3", 100],
    ]);
  });

  it("is one empty report where nothing was found", async () => {
    const objects = await reportsOf({ "good.yaml": pod() });
    expect(objects.map(({ kind, results }) => [kind, results])).toEqual([["ClusterReport", []]]);
  });
});
