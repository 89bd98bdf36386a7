import type { Path } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";

/** An object that was judged, and what its places are called. */
export interface ReviewedObject {
  readonly object: KubernetesObject;
  /** `deploy/web.yaml:3` for a path from its root; of a live object `shop/Deployment/web`, whatever the path. */
  readonly placeAt: (at: Path) => string;
}
