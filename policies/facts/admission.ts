import type { Fact } from "./fact.ts";
import { apiserver, code, docs, kep, kubernetes } from "./sources.ts";

const webhookCode = `${apiserver}/admission/plugin/webhook`;

/** Chapter F: what admission webhooks and policies see, may do and can break. */
export const admission = {
  "review-v1": {
    ref: "F1",
    statement:
      "An AdmissionReview answer must carry apiVersion admission.k8s.io/v1, the kind and the request's uid. A mutating webhook sends patch and patchType JSONPatch together or neither; a validating one must send none.",
    consequence: "An answer that breaks these rules counts as a failed call. An empty patch list is fine.",
    since: [
      { version: "1.16", stage: "stable", note: "admission.k8s.io/v1" },
      { version: "1.22", stage: "removed", note: "v1beta1 webhook configurations" },
    ],
    evidence: ["source", "documentation"],
    sources: [`${webhookCode}/request/admissionreview.go`, `${docs.webhooks}#response`],
  },
  "match-pods": {
    ref: "F2",
    statement:
      "A rule on pods does not match subresources: ephemeral containers and resize arrive as UPDATE of pods/ephemeralcontainers and pods/resize, eviction and binding as CREATE. Shutdown settings of a Pod can be set only at CREATE.",
    consequence:
      "Match pods with CREATE to protect the cluster, and the workload kinds with CREATE and UPDATE to tell people early.",
    since: [
      { version: "1.33", stage: "beta", note: "pods/resize" },
      { version: "1.35", stage: "stable", note: "pods/resize" },
    ],
    evidence: ["documentation", "source"],
    sources: [`${docs.webhooks}#matching-requests-rules`, `${kubernetes}/pkg/registry/core/pod/strategy.go`],
  },
  "mutate-pod-or-template": {
    ref: "F3",
    statement:
      "Mutating a workload's template makes GitOps tools see drift, and a later change of the defaults would roll out every workload. Mutating Pods does not show in the template. Pods that exist are changed by neither.",
    consequence: "Mutate Pods at CREATE, report on templates, and have the durable fix made in the manifest.",
    since: [],
    evidence: ["inferred", "documentation"],
    sources: [`${docs.webhookPractices}#prevent-loops-competing-controllers`],
  },
  order: {
    ref: "F4",
    statement:
      "Admission runs built-in mutating plugins, mutating policies, mutating webhooks one by one (by configuration name), API validation, validating policies, then validating webhooks in parallel, and quota last. Pod Security checks in the validating phase.",
    consequence: "Do not depend on the order among webhooks; have a validating step look at the final object.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [
      `${kubernetes}/pkg/kubeapiserver/options/plugins.go`,
      `${apiserver}/admission/configuration/mutating_webhook_manager.go`,
      docs.webhooks,
      `${docs.webhookPractices}#dont-rely-webhook-order`,
      `${docs.webhookPractices}#design-admission-webhooks-low-latency`,
    ],
  },
  reinvocation: {
    ref: "F5",
    statement:
      "With reinvocationPolicy IfNeeded a mutating webhook is called at most once more when a later one changed the object; the default is Never. One that was skipped in the first round is not called in the second.",
    consequence: "Use IfNeeded, because a mesh may inject containers afterwards, and make the mutation idempotent.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [
      code.webhookDispatch,
      `${docs.webhooks}#reinvocation-policy`,
      `${docs.webhookPractices}#ensure-mutating-webhook-idempotent`,
    ],
  },
  failurePolicy: {
    ref: "F6",
    statement:
      "failurePolicy (default Fail) covers calls that fail: timeouts, HTTP errors, malformed answers. With Ignore such a request passes; an explicit denial rejects it all the same.",
    consequence:
      "Use Ignore for a mutating webhook and check the final state with a validating one, so that an outage does not stop pods from being created.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [
      code.webhookDefaults,
      code.webhookDispatch,
      `${docs.webhooks}#failure-policy`,
      `${docs.webhookPractices}#fail-open-validate-final-state`,
    ],
  },
  "bad-patch-blocks-even-with-Ignore": {
    ref: "F7",
    statement:
      "A patch that cannot be applied (missing parent or target, failed test) rejects the request with 500, and one that makes the object invalid with 422, even with failurePolicy Ignore.",
    consequence:
      "Build the patch from the object received, create missing parents first, escape / as ~1 and ~ as ~0, and prefer adding a whole lifecycle object. Use test only on purpose.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.webhookDispatch],
  },
  timeout: {
    ref: "F8",
    statement:
      "timeoutSeconds of a webhook may be 1 to 30 and is 10 by default. Each mutating webhook in the way adds its time to the request.",
    consequence: "Keep it small: a slow webhook holds up every matching request.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [
      code.webhookValidation,
      code.webhookDefaults,
      `${docs.webhooks}#timeouts`,
      `${docs.webhookPractices}#small-timeout`,
    ],
  },
  "sideEffects-dryrun": {
    ref: "F9",
    statement:
      "A v1 webhook must declare sideEffects None or NoneOnDryRun; with any other value dry-run requests fail. request.dryRun tells the handler.",
    consequence: "Declare None and let the answer depend on nothing but the request.",
    since: [{ version: "1.16", stage: "stable", note: "admissionregistration.k8s.io/v1" }],
    evidence: ["source", "documentation"],
    sources: [code.webhookValidation, code.webhookDispatch, `${docs.webhooks}#side-effects`],
  },
  "own-namespace-deadlock": {
    ref: "F10",
    statement:
      "With failurePolicy Fail and no live replica, a webhook that matches its own pods keeps them from being created. The label kubernetes.io/metadata.name, which every namespace has, lets a namespaceSelector leave namespaces out.",
    consequence:
      "Leave out the webhook's own namespace, kube-system, and whatever it needs to run (CNI, DNS, storage).",
    since: [
      { version: "1.21", stage: "beta", note: "automatic namespace label" },
      { version: "1.22", stage: "stable", note: "automatic namespace label" },
    ],
    evidence: ["documentation"],
    sources: [
      `${docs.webhookPractices}#avoid-self-mutation`,
      `${docs.webhookPractices}#avoid-dependency-loops`,
      `${docs.webhookPractices}#webhook-limit-scope`,
      `${docs.webhooks}#matching-requests-namespaceselector`,
    ],
  },
  selectors: {
    ref: "F11",
    statement:
      "objectSelector is checked against the labels of the old and the new object, namespaceSelector against those of the namespace. Both match everything by default.",
    consequence:
      "With an objectSelector whoever writes the object can opt out by a label; where that must not be, select by namespace.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.webhooks}#matching-requests-objectselector`],
  },
  matchConditions: {
    ref: "F12",
    statement:
      "matchConditions are up to 64 CEL expressions over request, object, oldObject and authorizer that must all be true for a webhook to be called. If one fails to evaluate, failurePolicy decides, unless another is false.",
    consequence:
      "Use them to skip requests cheaply, for instance mirror pods, which nodes create: !('system:nodes' in request.userInfo.groups).",
    since: [
      { version: "1.27", stage: "alpha", note: "off: dropped, the webhook is always called" },
      { version: "1.28", stage: "beta", note: "on by default" },
      { version: "1.30", stage: "stable" },
    ],
    evidence: ["source", "documentation"],
    sources: [code.webhookValidation, `${docs.webhooks}#matching-requests-matchconditions`, `${kep}/3716`],
  },
  "mirror-pods": {
    ref: "F13",
    statement:
      "A mirror pod (annotation kubernetes.io/config.mirror) only shows a static pod of a node. Changes to it do not reach that pod, and webhooks must not mutate it. The API server takes the annotation from anybody who sets nodeName too; a kubelet without such a static pod deletes the pod and runs nothing of it.",
    consequence:
      "Skip mirror pods that a node creates, by its group system:nodes; fix the static pod's file on the node.",
    since: [],
    evidence: ["documentation", "measured"],
    sources: [`${docs.webhookPractices}#dont-change-immutable-objects`],
  },
  "object-is-defaulted": {
    ref: "F14",
    statement:
      "The object in an AdmissionReview has its defaults filled in (grace period 30, probe numbers 1, 10, 1 and 3, httpGet path and scheme), and again after each patch. A negative grace period on a Pod arrives as 1.",
    consequence:
      "A manifest on disk shows what is unset, a webhook does not. Never say 'set to 30' on the evidence of an admission request.",
    since: [],
    evidence: ["source", "measured"],
    sources: [
      `${kubernetes}/staging/src/k8s.io/apimachinery/pkg/runtime/serializer/codec_factory.go`,
      code.webhookDispatch,
    ],
  },
  warnings: {
    ref: "F15",
    statement:
      "warnings in an admission response reach the client as HTTP Warning headers. Up to 120 characters each is the advice; once all together exceed 4096 the server cuts single ones to 256 and drops what is beyond. For pods made by a controller nobody sees them.",
    consequence: "Warn on the workload kinds, where a human waits for the answer, and keep each warning short.",
    since: [
      { version: "1.19", stage: "beta" },
      { version: "1.22", stage: "stable" },
    ],
    evidence: ["source", "documentation", "measured"],
    sources: [`${apiserver}/endpoints/filters/warning.go`, `${docs.webhooks}#response`],
  },
  "audit-annotations": {
    ref: "F16",
    statement:
      "auditAnnotations of a response are logged under the webhook's name. The API server itself records each mutation, the whole patch at audit level Request and above, and every failure that was ignored.",
    consequence:
      "Never put a secret into a patch or an annotation. Look for failed-open annotations to see what passed unchecked.",
    since: [],
    evidence: ["source"],
    sources: [code.webhookDispatch, code.admissionTypes],
  },
  matchPolicy: {
    ref: "F17",
    statement:
      "matchPolicy is Equivalent by default: a rule on apps/v1 also catches the same resource sent in another served version, converted.",
    consequence: "One rule for the version you understand is enough; do not list old API versions.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [code.webhookDefaults, `${docs.webhooks}#matching-requests-matchpolicy`],
  },
  "self-config-exempt": {
    ref: "F18",
    statement:
      "Webhooks are never called for webhook configurations, admission policies or their bindings; from 1.37 on, by default, not for TokenReview and SubjectAccessReview kinds either. Webhooks loaded from files on the API server do see admission configurations.",
    consequence:
      "A broken webhook can always be removed through the API. No webhook of yours can guard its own configuration.",
    since: [{ version: "1.37", stage: "beta", note: "review kinds, gate ExcludeAdmissionWebhookVirtualResources, on" }],
    evidence: ["source", "proposal", "documentation"],
    sources: [
      `${webhookCode}/predicates/rules/rules.go`,
      `${webhookCode}/generic/webhook.go`,
      `${kep}/5793`,
      `${docs.webhookPractices}#webhook-limit-scope`,
    ],
  },
  vap: {
    ref: "F19",
    statement: "A ValidatingAdmissionPolicy checks objects with CEL inside the API server, without any webhook to run.",
    consequence: "Most rules that look at one Pod can be shipped as policies on 1.30 and newer.",
    since: [
      { version: "1.26", stage: "alpha" },
      { version: "1.28", stage: "beta", note: "off by default" },
      { version: "1.30", stage: "stable" },
    ],
    evidence: ["proposal", "documentation"],
    sources: [`${kep}/3488`, "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/"],
  },
  map: {
    ref: "F20",
    statement:
      "A MutatingAdmissionPolicy changes objects with CEL inside the API server, by apply configuration or JSON Patch. Measured on 1.37, one added preStop.sleep where no lifecycle was and left a zero sleep alone; with a grace period below the sleep the Pod was rejected with 422 in spite of failurePolicy Ignore.",
    consequence:
      "From 1.36 on a default delay needs no webhook, but the policy must skip pods whose grace period is too short.",
    since: [
      { version: "1.32", stage: "alpha" },
      { version: "1.34", stage: "beta", note: "off by default, needs the v1beta1 API" },
      { version: "1.36", stage: "stable", note: "on" },
    ],
    evidence: ["source", "proposal", "measured", "documentation"],
    sources: [
      code.apiserverGates,
      `${kep}/3962`,
      "https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/",
      `${docs.webhookPractices}#choose-admission-mechanism`,
    ],
  },
  "manifest-based-admission": {
    ref: "F21",
    statement:
      "The API server can load webhooks and admission policies from files of its own, beside those in the API.",
    consequence: "Rules may be in force that no API listing shows; such webhooks see admission configurations too.",
    since: [
      { version: "1.36", stage: "alpha", note: "gate ManifestBasedAdmissionControlConfig" },
      { version: "1.37", stage: "beta", note: "on by default" },
    ],
    evidence: ["source"],
    sources: [code.apiserverGates, `${kep}/5793`],
  },
  "patch-order-of-containers": {
    ref: "F22",
    statement:
      "JSON Patch names list items by index, and another webhook may have put containers in front of yours. The indexes hold only for the object of that very request.",
    consequence: "Compute every index from the object received, on reinvocation again, and never keep one.",
    since: [],
    evidence: ["inferred", "documentation"],
    sources: [`${docs.webhookPractices}#dont-overwrite-arrays`],
  },
  "delete-admission": {
    ref: "F23",
    statement:
      "A validating webhook can hold up the DELETE of a Pod or the CREATE of pods/eviction; the pod is in oldObject, object is null and patches are not allowed. Graceful node shutdown and the kubelet's own evictions do not pass through it.",
    consequence:
      "Delaying removal at admission is no substitute for a drain in the pod: some paths go round it, and a failing webhook blocks node drains.",
    since: [],
    evidence: ["source", "issue", "reference"],
    sources: [
      code.webhookDispatch,
      "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1719",
      "https://github.com/foriequal0/pod-graceful-drain",
    ],
  },
} as const satisfies Record<string, Fact>;
