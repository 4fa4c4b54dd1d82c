{{- /* A duration of the schema's grammar as seconds: `15m` is 900. */}}
{{- define "beatkeys.seconds" -}}
{{- $unit := trimAll "0123456789" . }}
{{- mul (trimSuffix $unit . | int64) (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) $unit) }}
{{- end }}

{{- /* What a schema cannot say: fails with one sentence for each thing that is wrong. */}}
{{- define "beatkeys.checks" -}}
{{- $v := .Values }}
{{- $problems := list }}
{{- $lease := $v.leaderElection }}
{{- range list (list "renewDeadline" "leaseDuration") (list "retryPeriod" "renewDeadline") }}
{{- $shorter := get $lease (index . 0) }}
{{- $longer := get $lease (index . 1) }}
{{- if ge (include "beatkeys.seconds" $shorter | int64) (include "beatkeys.seconds" $longer | int64) }}
{{- $problems = append $problems (printf "leaderElection.%s (%s) must be shorter than leaderElection.%s (%s): a leader must have given up before another one may take over" (index . 0) $shorter (index . 1) $longer) }}
{{- end }}
{{- end }}
{{- $grace := int64 $v.terminationGracePeriodSeconds }}
{{- if and $grace (le $grace (include "beatkeys.seconds" $v.stopGrace | int64)) }}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds (%d) must be longer than stopGrace (%s): Kubernetes would kill the operator while it finishes its work" $grace $v.stopGrace) }}
{{- end }}
{{- if or (hasPrefix "127." $v.telemetry.host) (has $v.telemetry.host (list "localhost" "::1")) }}
{{- $problems = append $problems (printf "telemetry.host (%s) must be reachable from outside of the pod: the kubelet asks there whether the operator lives" $v.telemetry.host) }}
{{- end }}
{{- with $v.podDisruptionBudget }}
{{- if .enabled }}
{{- $some := ne (toString .minAvailable) "" }}
{{- if lt (int $v.replicaCount) 2 }}
{{- $problems = append $problems "podDisruptionBudget.enabled needs a replicaCount of at least 2: with a single pod no node could be drained" }}
{{- else if and (not (kindIs "string" .minAvailable)) (ge (int .minAvailable) (int $v.replicaCount)) }}
{{- $problems = append $problems (printf "podDisruptionBudget.minAvailable (%d) must be below replicaCount (%d): no node could be drained" (int .minAvailable) (int $v.replicaCount)) }}
{{- end }}
{{- if eq $some (ne (toString .maxUnavailable) "") }}
{{- $problems = append $problems "podDisruptionBudget needs one of minAvailable and maxUnavailable, and not both: leave the other one empty" }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $v.rbac.create (not $v.serviceAccount.create) (not $v.serviceAccount.name) }}
{{- $problems = append $problems "serviceAccount.name must name an account where serviceAccount.create is false: the rights would go to the account `default`, and so to every pod of the namespace" }}
{{- end }}
{{- range $v.extraEnv }}
{{- if or (hasPrefix "BEATKEYS_" .name) (has .name (list "POD_NAMESPACE" "POD_NAME")) }}
{{- $problems = append $problems (printf "extraEnv must not have %s: the chart sets it from a value of its own" .name) }}
{{- end }}
{{- end }}
{{- range $field := list "commonLabels" "podLabels" }}
{{- range $label := keys (get $v $field) | sortAlpha }}
{{- if or (eq $label "helm.sh/chart") (has $label (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by")) }}
{{- $problems = append $problems (printf "%s must not have %s: the chart sets it" $field $label) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $problems }}
{{- fail (printf "these values do not go together:\n- %s\n" (join "\n- " $problems)) }}
{{- end }}
{{- end }}
