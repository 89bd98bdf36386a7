import { resourceName, type AuditedKind } from "./kinds.ts";

/** A kind that was not read, and so what was not judged. */
export interface NotRead {
  readonly kind: AuditedKind;
  /** `deployments.apps in namespace shop` */
  readonly what: string;
  /** The server's words; undefined where the user left it out. */
  readonly refused: string | undefined;
  /** What would let it be read. */
  readonly grant: string;
}

export function notRead(
  kind: AuditedKind,
  refusal: { readonly namespace: string | undefined; readonly words: string } | undefined,
): NotRead {
  const where = refusal?.namespace === undefined ? "" : ` in namespace ${refusal.namespace}`;
  const named = kind.role === "namespace" && refusal?.namespace !== undefined;
  return {
    kind,
    what: named ? `namespace ${refusal.namespace}` : `${resourceName(kind)}${where}`,
    refused: refusal?.words,
    grant: named ? `get namespaces ${refusal.namespace}` : `list ${resourceName(kind)}${where}`,
  };
}
