{{- /*
The operator's settings as environment variables, those of src/config.ts. One that has the operator's own default is left
out, so that the Deployment says what is special about it.
*/}}
{{- define "beatkeys.settings" -}}
{{- $v := .Values }}
{{- $settings := list
  (list "BEATKEYS_WATCH_NAMESPACES" (uniq $v.watchNamespaces | join ",") "")
  (list "BEATKEYS_RESTART_CONSUMERS" $v.rbac.restartConsumers "false")
  (list "BEATKEYS_INSTALLATION" $v.installation "")
  (list "BEATKEYS_DRIFT_INTERVAL" $v.driftInterval "5m")
  (list "BEATKEYS_VISIBILITY_DELAY" $v.visibilityDelay "2s")
  (list "BEATKEYS_VISIBILITY_DELAY_SERVERLESS" $v.visibilityDelayServerless "15s")
  (list "BEATKEYS_ATTEMPT_LIMIT" $v.attemptLimit "30s")
  (list "BEATKEYS_ORPHANS" $v.orphans.policy "invalidate")
  (list "BEATKEYS_ORPHAN_GRACE" $v.orphans.grace "15m")
  (list "BEATKEYS_CONCURRENCY" (int $v.concurrency) "32")
  (list "BEATKEYS_LEASE_NAME" $v.leaderElection.leaseName "beatkeys")
  (list "BEATKEYS_LEASE_DURATION" $v.leaderElection.leaseDuration "15s")
  (list "BEATKEYS_LEASE_RENEW_DEADLINE" $v.leaderElection.renewDeadline "10s")
  (list "BEATKEYS_LEASE_RETRY_PERIOD" $v.leaderElection.retryPeriod "2s")
  (list "BEATKEYS_STOP_GRACE" $v.stopGrace "25s")
  (list "BEATKEYS_LOG_LEVEL" $v.logLevel "info")
  (list "BEATKEYS_TELEMETRY_HOST" $v.telemetry.host "0.0.0.0")
  (list "BEATKEYS_TELEMETRY_PORT" (int $v.telemetry.port) "8080")
-}}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- range $settings }}
{{- $value := toString (index . 1) }}
{{- if ne $value (index . 2) }}
- name: {{ index . 0 }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- $own := list }}
{{- range $v.extraEnv }}
{{- $own = append $own .name }}
{{- end }}
{{- if and $v.nodeHeapPercent (not (has "NODE_OPTIONS" $own)) }}
- name: NODE_OPTIONS
  value: --max-old-space-size-percentage={{ int $v.nodeHeapPercent }}
{{- end }}
{{- with $v.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
