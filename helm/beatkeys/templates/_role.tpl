{{- /*
A role and its binding to the operator's account. Takes a dict: root, purpose, rules (as text), and namespace, which is
left out for a ClusterRole.
*/}}
{{- define "beatkeys.role" -}}
{{- $cluster := not .namespace }}
{{- $name := printf "%s-%s" (include "beatkeys.fullname" .root) .purpose }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "ClusterRole" "Role" $cluster }}
metadata:
  name: {{ $name }}
  {{- if not $cluster }}
  namespace: {{ .namespace }}
  {{- end }}
  labels:
    {{- include "beatkeys.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .purpose }}
rules:
  {{- .rules | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "ClusterRoleBinding" "RoleBinding" $cluster }}
metadata:
  name: {{ $name }}
  {{- if not $cluster }}
  namespace: {{ .namespace }}
  {{- end }}
  labels:
    {{- include "beatkeys.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .purpose }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ ternary "ClusterRole" "Role" $cluster }}
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "beatkeys.serviceAccountName" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
