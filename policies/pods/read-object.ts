import type { Path } from "../path.ts";
import type { KubernetesObject, ShapeProblem } from "./object.ts";
import { isRecord, setOwn } from "../record.ts";

/** The objects of one document, each with its place in it; a List or an AdmissionReview holds more than one or another. */
export interface ReadObjects {
  readonly objects: readonly { readonly object: KubernetesObject; readonly at: Path }[];
  readonly problems: readonly ShapeProblem[];
  /** Why a document holds no Kubernetes object. */
  readonly skipped: string | undefined;
}

const nothing = (skipped: string): ReadObjects => ({ objects: [], problems: [], skipped });

/** Reads what a document holds. Never throws; `file` is kept for overrides by path. */
export function readObjects(value: unknown, file: string | undefined, at: Path = []): ReadObjects {
  if (value === null || value === undefined) return nothing("empty document");
  if (Array.isArray(value)) return nothing("not a Kubernetes object: a list");
  if (typeof value !== "object") return nothing("not a Kubernetes object: plain text");
  const record = value as Record<string, unknown>;
  const { apiVersion, kind, metadata } = record;
  if (apiVersion === undefined && kind === undefined)
    return nothing("not a Kubernetes object: neither apiVersion nor kind");
  if (typeof kind !== "string" || kind === "") {
    // A tool's own file that has a word of ours for a key of its own.
    if (apiVersion === undefined && typeof kind === "object" && !("metadata" in record || "spec" in record))
      return nothing("not a Kubernetes object: no apiVersion");
    if (kind === undefined && !("metadata" in record || "spec" in record || "items" in record))
      return nothing("not a Kubernetes object: no kind");
    const message =
      kind === undefined || kind === null || kind === ""
        ? "kind is missing: say what the object is, e.g. `kind: Deployment`"
        : `kind must be a string, but is ${JSON.stringify(kind)}`;
    return { objects: [], skipped: undefined, problems: [{ at: [...at, "kind"], verdict: "fail", message }] };
  }
  if (typeof apiVersion !== "string" || apiVersion === "") {
    // Tools have files of their own with a `kind` (Kustomize's may leave apiVersion out).
    if (!("metadata" in record || "spec" in record)) return nothing("not a Kubernetes object: no apiVersion");
    return {
      objects: [],
      skipped: undefined,
      problems: [{ at: [...at, "apiVersion"], verdict: "fail", message: `apiVersion of this ${kind} is missing` }],
    };
  }
  if (kind.endsWith("List") && "items" in record) return readList(record, file, at);
  if (kind === "AdmissionReview" && apiVersion.startsWith("admission.k8s.io/")) return readReview(record, file, at);
  const meta = isRecord(metadata) ? metadata : {};
  const object: KubernetesObject = {
    apiVersion,
    kind,
    namespace: nonEmpty(meta["namespace"]),
    name: nonEmpty(meta["name"]) ?? nonEmpty(meta["generateName"]) ?? "",
    labels: readStringMap(meta["labels"]),
    annotations: readStringMap(meta["annotations"]),
    value: record,
    file,
  };
  return { objects: [{ object, at }], problems: [], skipped: undefined };
}

function readList(list: Record<string, unknown>, file: string | undefined, at: Path): ReadObjects {
  const items = list["items"];
  if (items === null) return nothing("empty list");
  if (!Array.isArray(items)) {
    return {
      objects: [],
      skipped: undefined,
      problems: [{ at: [...at, "items"], verdict: "fail", message: "items of a List must be a list" }],
    };
  }
  if (items.length === 0) return nothing("empty list");
  const read = items.map((item, index) => readObjects(item, file, [...at, "items", index]));
  return {
    objects: read.flatMap(({ objects }) => objects),
    problems: read.flatMap(({ problems, skipped }, index) =>
      skipped === undefined
        ? problems
        : [
            {
              at: [...at, "items", index],
              verdict: "fail" as const,
              message: `item ${index} of the List cannot be judged: ${skipped}`,
            },
          ],
    ),
    skipped: undefined,
  };
}

function readReview(review: Record<string, unknown>, file: string | undefined, at: Path): ReadObjects {
  const request = review["request"];
  if (!isRecord(request)) return nothing("an AdmissionReview without a request");
  if (!isRecord(request["object"])) return nothing("an AdmissionReview without an object, as of a deletion");
  const read = readObjects(request["object"], file, [...at, "request", "object"]);
  // A pod under creation need not name the namespace that it is created in; the webhook takes the request's, too.
  const namespace = nonEmpty(request["namespace"]);
  if (namespace === undefined) return read;
  return { ...read, objects: read.objects.map((one) => ({ ...one, object: { ...one.object, namespace } })) };
}

/** A map of strings as labels and annotations are; numbers and booleans are read as the text they are. */
export function readStringMap(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  const map: Record<string, string> = {};
  for (const key of Object.keys(value)) {
    const text = value[key];
    if (typeof text !== "string" && typeof text !== "number" && typeof text !== "boolean") continue;
    setOwn(map, key, String(text));
  }
  return map;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
