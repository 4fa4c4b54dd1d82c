{{- /*
What the operator does, one list of rules for each purpose. src/kubernetes/rights.ts has the same list, which a test holds
against this one, and the end-to-end tests against the API server's audit log.
*/}}

{{- /* The objects of the operator, and their status. It neither creates nor deletes them. */}}
{{- define "beatkeys.rules.objects" -}}
- apiGroups: [beatkeys.dev]
  resources: [beatapikeys]
  verbs: [get, list, watch, patch]
- apiGroups: [beatkeys.dev]
  resources: [elasticsearchconnections]
  verbs: [list, watch, patch]
- apiGroups: [beatkeys.dev]
  resources: [beatapikeys/status, elasticsearchconnections/status]
  verbs: [patch]
{{- end }}

{{- /*
Secrets with keys, and the credentials and certificates that connections name. RBAC cannot tell the operator's own
Secrets from others, so whoever acts as the operator can read all Secrets where it serves objects.
*/}}
{{- define "beatkeys.rules.secrets" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
{{- end }}

{{- define "beatkeys.rules.events" -}}
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- /* The labels of namespaces, for connections with `allowedNamespaces.from: Selector`. */}}
{{- define "beatkeys.rules.consent" -}}
{{- if . }}
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [{{ . | quote }}]
  verbs: [get, watch]
{{- else }}
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
{{- end }}
{{- end }}

{{- /* Who reads a key: a replaced one lives until none of their pods needs it. */}}
{{- define "beatkeys.rules.consumers" -}}
- apiGroups: [apps]
  resources: [daemonsets, deployments, statefulsets]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list]
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
{{- end }}

{{- define "beatkeys.rules.restart-consumers" -}}
- apiGroups: [apps]
  resources: [daemonsets, deployments, statefulsets]
  verbs: [patch]
{{- end }}

{{- /* Of the Lease only the one that is the operator's; what is created has no name that RBAC could see. */}}
{{- define "beatkeys.rules.leader-election" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ .Values.leaderElection.leaseName | quote }}]
  verbs: [get, patch]
{{- end }}

{{- /* The UID of the operator's own namespace, which marks its keys. */}}
{{- define "beatkeys.rules.installation" -}}
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [{{ .Release.Namespace | quote }}]
  verbs: [get]
{{- end }}
