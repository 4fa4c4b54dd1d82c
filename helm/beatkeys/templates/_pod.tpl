{{- define "beatkeys.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry | trimSuffix "/" }}
{{- $image := list $registry .Values.image.repository | compact | join "/" }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $image .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $image (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "beatkeys.imagePullSecrets" -}}
{{- with concat .Values.imagePullSecrets .Values.global.imagePullSecrets | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* A security context without the ids that OpenShift chooses itself. Takes a dict: root, context. */}}
{{- define "beatkeys.securityContext" -}}
{{- $given := .root.Values.openshift }}
{{- $seen := .root.Capabilities.APIVersions.Has "security.openshift.io/v1" }}
{{- if or (eq $given "always") (and (eq $given "auto") $seen) }}
{{- omit .context "runAsUser" "runAsGroup" "fsGroup" | toYaml }}
{{- else }}
{{- toYaml .context }}
{{- end }}
{{- end }}

{{- define "beatkeys.podLabels" -}}
{{- $own := include "beatkeys.podSelector" . | fromYaml }}
{{- $version := dict "app.kubernetes.io/version" .Chart.AppVersion }}
{{- merge $own $version .Values.podLabels .Values.commonLabels | toYaml }}
{{- end }}

{{- /* What Kubernetes mounts by itself, for one container. */}}
{{- define "beatkeys.tokenVolume" -}}
- name: kubernetes-api
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- end }}

{{- define "beatkeys.tokenMount" -}}
- name: kubernetes-api
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}

{{- /* Constraints that say nothing of pods are about the operator's. */}}
{{- define "beatkeys.topologySpreadConstraints" -}}
{{- $selector := dict "matchLabels" (include "beatkeys.podSelector" . | fromYaml) }}
{{- range .Values.topologySpreadConstraints }}
- {{ merge (dict) . (dict "labelSelector" $selector) | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}
