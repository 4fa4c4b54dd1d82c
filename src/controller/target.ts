import type { ConnectionReason } from '../api/reasons.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { caSource, urlsOf, type CASource } from '../core/connection-terms.ts';
import type { ConnectionVerdict } from '../core/connection-verdict.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import type { ElasticsearchTarget, Reference, References } from './ports.ts';

/** What a connection leads to, or why that cannot be said. */
export type TargetOrVerdict =
  | { readonly ok: true; readonly target: ElasticsearchTarget }
  | { readonly ok: false; readonly verdict: ConnectionVerdict };

const DEFAULT_CONCURRENT_REQUESTS = 32;
const DEFAULT_CREATED_KEYS_PER_MINUTE = 3000;

/** The objects that a connection takes its credential and its certificates from. */
export function referencesOf(object: ElasticsearchConnection, spec: ElasticsearchConnectionSpec): readonly Reference[] {
  const { namespace } = object.metadata;
  const ca = caSource(spec);
  return [
    { kind: 'Secret', namespace, name: spec.auth.basic.secretRef.name },
    ...(ca === undefined ? [] : [{ kind: ca.kind, namespace, name: ca.name }]),
  ];
}

/** Reads what a connection refers to. Throws `Failure` where Kubernetes cannot be asked. */
export async function readTarget(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  references: Pick<References, 'read'>,
): Promise<TargetOrVerdict> {
  const { namespace } = object.metadata;
  const { secretRef, username: givenName } = spec.auth.basic;
  const credential = await references.read('Secret', namespace, secretRef.name);
  if (credential === undefined) {
    return missing(
      'CredentialsNotFound',
      `spec.auth.basic.secretRef: there is no Secret ${secretRef.name} in namespace ${namespace}`,
    );
  }
  const usernameKey = secretRef.usernameKey ?? 'username';
  const passwordKey = secretRef.passwordKey ?? 'password';
  const username = givenName ?? entry(credential, usernameKey)?.reveal();
  const password = entry(credential, passwordKey);
  if (username === undefined || username === '') {
    return missing('CredentialsNotFound', `spec.auth.basic: Secret ${secretRef.name} has no data key ${usernameKey}`);
  }
  if (password === undefined) {
    return missing('CredentialsNotFound', `spec.auth.basic: Secret ${secretRef.name} has no data key ${passwordKey}`);
  }
  const source = caSource(spec);
  const bundle = source && (await references.read(source.kind, namespace, source.name));
  const ca = source?.keys.map((key) => entry(bundle, key)?.reveal() ?? '').find((text) => text.trim() !== '');
  if (source !== undefined && ca === undefined) {
    return missing('CertificateNotFound', withoutBundle(source, bundle !== undefined, object, spec));
  }
  return {
    ok: true,
    target: {
      urls: urlsOf(object, spec),
      username,
      password,
      ...(ca === undefined ? {} : { ca }),
      ...(spec.tls?.serverName === undefined ? {} : { serverName: spec.tls.serverName }),
      concurrentRequests: spec.limits?.concurrentRequests ?? DEFAULT_CONCURRENT_REQUESTS,
      createdKeysPerMinute: spec.limits?.createdKeysPerMinute ?? DEFAULT_CREATED_KEYS_PER_MINUTE,
    },
  };
}

function withoutBundle(
  { kind, name, keys }: CASource,
  isThere: boolean,
  { metadata: { namespace } }: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
): string {
  const where = `${kind} ${name} in namespace ${namespace}`;
  const what = isThere ? `data key ${keys.join(' or ')} is missing or empty in ${where}` : `there is no ${where}`;
  if (spec.tls?.caRef !== undefined) return `spec.tls.caRef: ${what}`;
  return `spec.eckRef: ${what}; ECK makes it for a cluster with TLS, and one without is reached by spec.urls`;
}

/** One value; `undefined` where the object, or the key in it, is missing. */
function entry(data: Sensitive<Readonly<Record<string, string>>> | undefined, key: string): Sensitive | undefined {
  const value = data?.map((values) => values[key]);
  return value?.reveal() === undefined ? undefined : value.map((text) => text ?? '');
}

const missing = (reason: ConnectionReason, message: string): TargetOrVerdict => ({
  ok: false,
  verdict: { state: 'stalled', reason, message },
});
