import { valueAt, type Path } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import { isRecord } from "../record.ts";

/** One entry of a webhook configuration with the API server's defaults filled in (F6 F8 F17). */
export interface Webhook {
  /** From the configuration's root. */
  readonly at: Path;
  readonly name: string;
  readonly fails: boolean;
  readonly timeoutSeconds: number;
  readonly exact: boolean;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly namespaceSelector: unknown;
  readonly objectSelector: unknown;
  /** CEL expressions that must all be true. */
  readonly conditions: readonly string[];
  /** Where it runs, if in the cluster. */
  readonly service: { readonly name: string; readonly namespace: string } | undefined;
}

/** The entries of a Validating- or MutatingWebhookConfiguration. A patch that names no rules has nothing to judge. */
export function webhooksOf(configuration: KubernetesObject): readonly Webhook[] {
  const { webhooks } = configuration.value;
  if (!Array.isArray(webhooks)) return [];
  // v1beta1 defaulted to Ignore, 30 s and Exact.
  const isBeta = configuration.apiVersion.endsWith("/v1beta1");
  return webhooks.flatMap((entry: unknown, index): Webhook[] => {
    if (!isRecord(entry) || !Array.isArray(entry["rules"])) return [];
    const service = valueAt(entry, ["clientConfig", "service"]);
    const { failurePolicy, timeoutSeconds, matchPolicy, matchConditions } = entry;
    return [
      {
        at: ["webhooks", index],
        name: typeof entry["name"] === "string" ? entry["name"] : `webhook ${index + 1}`,
        fails: (failurePolicy ?? (isBeta ? "Ignore" : "Fail")) === "Fail",
        timeoutSeconds: typeof timeoutSeconds === "number" ? timeoutSeconds : isBeta ? 30 : 10,
        exact: (matchPolicy ?? (isBeta ? "Exact" : "Equivalent")) === "Exact",
        rules: entry["rules"].filter(isRecord),
        namespaceSelector: entry["namespaceSelector"],
        objectSelector: entry["objectSelector"],
        conditions: (Array.isArray(matchConditions) ? matchConditions : []).map((condition: unknown) =>
          String(valueAt(condition, ["expression"])),
        ),
        service:
          isRecord(service) && typeof service["name"] === "string" && typeof service["namespace"] === "string"
            ? { name: service["name"], namespace: service["namespace"] }
            : undefined,
      },
    ];
  });
}

/** What a request is about. All kinds that are asked about have a `v1`. */
export interface Request {
  readonly group: string;
  /** `pods`, or `pods/eviction`: a rule on the one does not match the other (F2). */
  readonly resource: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly namespaced: boolean;
}

/** The index of the first rule that matches the request; undefined where the webhook is never asked about it. */
export function ruleFor({ rules, exact }: Webhook, request: Request): number | undefined {
  const [resource = "", subresource] = request.resource.split("/");
  const index = rules.findIndex((rule) => {
    const has = (key: string, ...wanted: string[]): boolean => {
      const list = rule[key];
      return Array.isArray(list) && wanted.some((one) => list.includes(one));
    };
    const scope = rule["scope"] ?? "*";
    return (
      has("apiGroups", "*", request.group) &&
      (!exact || has("apiVersions", "*", "v1")) &&
      has("operations", "*", request.operation) &&
      (subresource === undefined
        ? has("resources", "*", "*/*", resource)
        : has("resources", "*/*", request.resource, `${resource}/*`, `*/${subresource}`)) &&
      (scope === "*" || scope === (request.namespaced ? "Namespaced" : "Cluster"))
    );
  });
  return index < 0 ? undefined : index;
}

const inequality = /^(?:request|object\.metadata)\.namespace\s*!=\s*["']([^"']+)["']$/;
const list = /^!\s*\(?\s*(?:request|object\.metadata)\.namespace\s+in\s+\[([^\]]*)\]\s*\)?$/;

/** Whether a condition says in so many words that a namespace is left out; any other expression is not read. */
export function leavesOut({ conditions }: Webhook, namespace: string): boolean {
  return conditions
    .flatMap((expression) => (expression.includes("||") ? [] : expression.split("&&")))
    .some((part) => {
      const text = part.trim();
      const names = list.exec(text)?.[1]?.match(/[^\s,"']+/g);
      return inequality.exec(text)?.[1] === namespace || names?.includes(namespace) === true;
    });
}
