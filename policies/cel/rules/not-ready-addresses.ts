import { quote, sentence } from "../cel-text.ts";
import type { CelRule } from "../cel-rule.ts";

const oldAnnotation = "service.alpha.kubernetes.io/tolerate-unready-endpoints";

const rule: CelRule = () => {
  const external = `object.spec.?type.orValue("") == "ExternalName"`;
  const publishes = "object.spec.?publishNotReadyAddresses.orValue(false)";
  const headless = `object.spec.?clusterIP.orValue("") == "None"`;
  const led = sentence`publishNotReadyAddresses is true on a Service with a cluster IP: new connections are led to a leaving or unready pod until it is gone, and a preStop delay cannot drain it`;
  const old = quote(
    `the annotation ${oldAnnotation} does nothing since Kubernetes 1.24: pods that are not ready are left out, unless spec.publishNotReadyAddresses says otherwise`,
  );
  const annotated = `object.metadata.?annotations[?${quote(oldAnnotation)}].orValue("") == "true"`;
  return {
    fidelity: "exact",
    on: [{ group: "", resources: ["services"] }],
    checks: [
      // Whether it carries traffic cannot be seen where the pods are not in sight.
      {
        severity: "advice",
        problems: `${external} ? [] : ${publishes} ? (${headless} ? [] : [${led}]) : ${annotated} ? [${old}] : []`,
      },
    ],
  };
};
export default rule;
