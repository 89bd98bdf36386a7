{{- define "gracewarden.labels" -}}
app.kubernetes.io/name: gracewarden-webhook
app.kubernetes.io/part-of: gracewarden
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "gracewarden.servingLabels" -}}
app.kubernetes.io/name: gracewarden-webhook
app.kubernetes.io/component: webhook
{{- end }}

{{- define "gracewarden.certsLabels" -}}
app.kubernetes.io/name: gracewarden-webhook
app.kubernetes.io/component: certs
{{- end }}

{{- define "gracewarden.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "gracewarden.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "gracewarden.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /*
A call to the webhook at .path, for entries of both configurations. No caBundle: the certs Job, or cert-manager, writes
it, and an upgrade that never names it leaves it alone.
*/ -}}
{{- define "gracewarden.call" -}}
admissionReviewVersions: [v1]
sideEffects: None
timeoutSeconds: {{ .root.Values.timeoutSeconds }}
matchPolicy: Equivalent
clientConfig:
  service:
    name: gracewarden-webhook
    namespace: {{ .root.Release.Namespace }}
    path: {{ .path }}
    port: 443
{{- end }}

{{- /* Its own pods, and those that it needs itself, start without it (F10). */ -}}
{{- define "gracewarden.otherNamespaces" -}}
- key: kubernetes.io/metadata.name
  operator: NotIn
  values:
    - {{ .Release.Namespace }}
    {{- range .Values.excludedNamespaces }}
    - {{ . }}
    {{- end }}
{{- end }}

{{- /* Mirror pods only show what a node runs already (F13). Anybody may write the annotation, so only nodes are believed. */ -}}
{{- define "gracewarden.notMirrored" -}}
- name: not-a-mirror-pod
  expression: >-
    !object.metadata.?annotations[?"kubernetes.io/config.mirror"].hasValue() ||
    !request.userInfo.?groups.orValue([]).exists(group, group == "system:nodes")
{{- end }}

{{- /* Of an update, only what a new spec can change is judged: a finalizer is never held up. */ -}}
{{- define "gracewarden.newSpec" -}}
- name: has-a-new-spec
  expression: >-
    request.operation == "CREATE" || object.spec != oldObject.spec
{{- end }}

{{- /*
A pod that runs the proxy, by its label, its image's name, or its command line. At least those that the webhook takes
for one; it decides itself. The plain search comes first: an expression over a script of a megabyte would use up what
the API server grants to a condition, and refuse the pod.
*/ -}}
{{- define "gracewarden.runsProxy" -}}
object.metadata.?labels[?"gracewarden.io/proxy"].hasValue() ||
(object.spec.containers + object.spec.?initContainers.orValue([])).exists(c,
c.?image.orValue("").matches("(^|/)gracewarden-proxy(:[^/]*)?(@.*)?$") ||
(c.?command.orValue([]) + c.?args.orValue([])).exists(word,
word.contains("gracewarden-proxy") &&
word.matches("(^/?|[^/]/|[\\s;&|('\"])gracewarden-proxy($|[\\s;&|)'\"@])")))
{{- end }}

{{- /* The pod of the Job and of the CronJob. */ -}}
{{- define "gracewarden.certsPod" -}}
metadata:
  labels:
    {{- include "gracewarden.certsLabels" . | nindent 4 }}
  annotations:
    # It writes in steps that can be taken up again; a stop ends it at once.
    gracewarden.io/drain-seconds: "1"
spec:
  serviceAccountName: gracewarden-webhook-certs
  automountServiceAccountToken: true
  enableServiceLinks: false
  restartPolicy: Never
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "gracewarden.podSecurityContext" . | nindent 4 }}
  containers:
    - name: certs
      image: {{ include "gracewarden.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - certs
        - --namespace={{ .Release.Namespace }}
        - --secret=gracewarden-webhook-tls
        - --ca-secret=gracewarden-webhook-ca
        - --service=gracewarden-webhook
        - --mutating-configuration=gracewarden-webhook
        - --validating-configuration=gracewarden-webhook
      securityContext:
        {{- include "gracewarden.containerSecurityContext" . | nindent 8 }}
      resources:
        requests:
          cpu: 50m
          memory: 96Mi
        limits:
          memory: 192Mi
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
