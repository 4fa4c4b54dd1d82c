import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { parseDuration } from '../lib/duration.ts';
import type { AllowedNamespaces, Terms } from './connection-view.ts';
import { presetCeiling } from './presets.ts';

/**
 * The URLs of a connection. ECK names the HTTP service of a cluster NAME-es-http:
 * https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/accessing-services
 */
export function urlsOf({ metadata }: ElasticsearchConnection, spec: ElasticsearchConnectionSpec): readonly string[] {
  if (spec.eckRef === undefined) return spec.urls ?? [];
  return [`https://${eckService(spec.eckRef)}.${metadata.namespace}.svc:9200`];
}

/** The name of the Service in front of a cluster of ECK. */
export const eckService = ({ name }: { readonly name: string }): string => `${name}-es-http`;

/** An object that holds a CA bundle, and its data keys, of which the first that is there and not empty counts. */
export interface CASource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly keys: readonly [string, ...string[]];
}

/**
 * Where a connection's CA bundle is. ECK publishes a cluster's in the Secret NAME-es-http-certs-public: `tls.crt`, the
 * certificate that the cluster shows, and `ca.crt`, which is left out where a user gave a certificate without its CA:
 * https://github.com/elastic/cloud-on-k8s/blob/main/pkg/controller/common/certificates/public_secret.go
 */
export function caSource(spec: ElasticsearchConnectionSpec): CASource | undefined {
  const caRef = spec.tls?.caRef;
  if (caRef !== undefined) return { kind: caRef.kind, name: caRef.name, keys: [caRef.key ?? 'ca.crt'] };
  if (spec.eckRef === undefined) return undefined;
  return { kind: 'Secret', name: `${spec.eckRef.name}-es-http-certs-public`, keys: ['ca.crt', 'tls.crt'] };
}

/** Who may have which key through the connection; `ca` is the CA bundle as read, PEM or empty. */
export function termsOf(object: ElasticsearchConnection, spec: ElasticsearchConnectionSpec, ca: string): Terms {
  const text = spec.policy?.maxExpiration;
  const ms = text === undefined ? undefined : parseDuration(text);
  return {
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    allowedNamespaces: allowedNamespaces(spec),
    ceiling: spec.policy?.roleDescriptor ?? presetCeiling,
    ...(text === undefined || ms === undefined ? {} : { maxExpiration: { text, ms } }),
    url: urlsOf(object, spec)[0] ?? '',
    ca,
  };
}

function allowedNamespaces({ allowedNamespaces: allowed }: ElasticsearchConnectionSpec): AllowedNamespaces {
  if (allowed?.from === 'All') return { from: 'All' };
  // A selector that is missing selects nothing rather than everything.
  if (allowed?.from === 'Selector' && allowed.selector !== undefined)
    return { from: 'Selector', selector: allowed.selector };
  return { from: 'Same' };
}
