import { valueAt } from "../../policies/path.ts";

/** What became of the auth-providers that kubectl once had. */
const replacements: Readonly<Record<string, string>> = {
  gcp: "Kubernetes removed it in 1.26: have `gcloud container clusters get-credentials` write an entry for gke-gcloud-auth-plugin",
  azure: "Kubernetes removed it in 1.26: have `kubelogin convert-kubeconfig` write an entry for kubelogin",
};

/**
 * The token that a user's auth-provider holds, or why it cannot be used. A refresh token may be good for one use, and nobody
 * would keep the next: that is left to kubectl, which does.
 */
export function providedToken(
  provider: Readonly<Record<string, unknown>>,
  now: Date,
): { readonly token: string } | { readonly problem: string } {
  const kind = String(provider["name"]);
  if (kind !== "oidc") {
    const instead = replacements[kind] ?? "use a credential plugin (exec) or a token";
    return { problem: `its auth-provider "${kind}" is not known here: ${instead}` };
  }
  const token = valueAt(provider, ["config", "id-token"]);
  if (typeof token !== "string") return { problem: "its auth-provider oidc has no id-token: log in first" };
  const expires = expiryOf(token);
  return expires === undefined || expires > now
    ? { token }
    : {
        problem: `its id-token expired at ${expires.toISOString()}: let kubectl refresh it, as by \`kubectl get namespaces\``,
      };
}

/** When a JSON web token expires, where it says so. */
function expiryOf(token: string): Date | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const seconds = valueAt(claims, ["exp"]);
    return typeof seconds === "number" ? new Date(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}
