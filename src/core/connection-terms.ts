import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { parseDuration } from '../lib/duration.ts';
import type { AllowedNamespaces, Terms } from './connection-view.ts';
import { presetCeiling } from './presets.ts';

/** The URLs of a connection. ECK names a cluster's service NAME-es-http. */
export function urlsOf(object: ElasticsearchConnection, spec: ElasticsearchConnectionSpec): readonly string[] {
  if (spec.eckRef === undefined) return spec.urls ?? [];
  return [`https://${spec.eckRef.name}-es-http.${object.metadata.namespace}.svc:9200`];
}

/** Where a connection's CA bundle is. ECK keeps a cluster's in the Secret NAME-es-http-certs-public. */
export function caSource(
  spec: ElasticsearchConnectionSpec,
): { readonly kind: 'Secret' | 'ConfigMap'; readonly name: string; readonly key: string } | undefined {
  const caRef = spec.tls?.caRef;
  if (caRef !== undefined) return { kind: caRef.kind, name: caRef.name, key: caRef.key ?? 'ca.crt' };
  if (spec.eckRef === undefined) return undefined;
  return { kind: 'Secret', name: `${spec.eckRef.name}-es-http-certs-public`, key: 'ca.crt' };
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
