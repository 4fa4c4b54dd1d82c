import type { BeatApiKeySpec, ElasticsearchConnectionSpec } from '../../src/api/types.ts';
import type { ElasticsearchNode } from '../testbed/servers.ts';

/** What users write into a file, as `kubectl apply -f` takes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A BeatApiKey; its connection is `main` of the same namespace unless the spec says otherwise. */
export function beatApiKey(
  namespace: string,
  name: string,
  spec: Partial<BeatApiKeySpec> = { preset: { beat: 'packetbeat' } },
  metadata: Readonly<Record<string, unknown>> = {},
): Manifest {
  return {
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind: 'BeatApiKey',
    metadata: { ...metadata, name, namespace },
    spec: { connectionRef: { name: 'main' }, ...spec },
  };
}

/** A Secret from plain text. */
export function secret(namespace: string, name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

/** The node as it is reached through something that speaks plain HTTP. */
export const reachedAt = (url: string, { ca: _ca, ...node }: ElasticsearchNode): ElasticsearchNode => ({
  ...node,
  url,
});

/** How a connection finds the CA of a node that has one of its own. */
export type CAKind = 'Secret' | 'ConfigMap';

/** An ElasticsearchConnection to a node as `username`, whose password is in Secret NAME-credential, with what it needs. */
export function connection(
  namespace: string,
  name: string,
  node: ElasticsearchNode,
  user: { readonly username: string; readonly password: string },
  spec: Partial<ElasticsearchConnectionSpec> = {},
  caKind: CAKind = 'Secret',
): readonly Manifest[] {
  const { username, password } = user;
  const credential = secret(namespace, `${name}-credential`, { username, password });
  const main = {
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { name, namespace },
    spec: {
      urls: [node.url],
      auth: { basic: { secretRef: { name: `${name}-credential` } } },
      ...(node.ca === undefined ? {} : { tls: { caRef: { kind: caKind, name: `${name}-ca` } } }),
      ...spec,
    },
  };
  if (node.ca === undefined) return [credential, main];
  const ca =
    caKind === 'Secret'
      ? secret(namespace, `${name}-ca`, { 'ca.crt': node.ca })
      : { apiVersion: 'v1', kind: caKind, metadata: { name: `${name}-ca`, namespace }, data: { 'ca.crt': node.ca } };
  return [credential, ca, main];
}
