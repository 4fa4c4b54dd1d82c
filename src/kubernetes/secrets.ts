import { API_VERSION, BEAT_API_KEY, FIELD_MANAGER, LABELS, MANAGED_BY } from '../api/names.ts';
import type { Secrets, SecretVersion } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import type { SecretMetadata, SecretOwner, SecretWrite } from '../core/secret.ts';
import type { Client, WriteOptions } from './client.ts';
import { type KubernetesObject, keyOf, type OwnerReference } from './object.ts';
import type { Upstream } from './reflector.ts';
import { type ObjectPath, type Scope, type Secret, SECRETS } from './resource.ts';
import { secretMetadata } from './secret-metadata.ts';
import { encodeValues, secretValues } from './secret-values.ts';
import { Watched } from './watched.ts';

/** Metadata of the Secrets with our label. */
export function watchSecrets(upstream: Upstream, scope: Scope): Watched<SecretMetadata> {
  return Watched.namespaced(upstream, SECRETS, scope, {
    labelSelector: `${LABELS.managedBy}=${MANAGED_BY}`,
    metadataOnly: true,
    transform: secretMetadata,
  });
}

/** Answers to our writes are metadata too: the API server does not send back what it was given to keep. */
const WRITE = { fieldManager: FIELD_MANAGER, metadataOnly: true } as const;

/** Secrets as the domain wants them. */
export function secrets(client: Client, watched: Watched<SecretMetadata>): Secrets {
  const take = (object: KubernetesObject): SecretMetadata => {
    const metadata = secretMetadata(object);
    if (metadata.labels[LABELS.managedBy] === MANAGED_BY) watched.put(object);
    else watched.drop({ key: keyOf(object), uid: metadata.uid });
    return metadata;
  };
  return {
    cache: watched,
    async readMetadata(namespace, name, freshness) {
      const object = await client.getMetadata(at(namespace, name), { cached: freshness === 'cached' });
      return object === undefined ? undefined : secretMetadata(object);
    },
    async readData(namespace, name) {
      const secret = await client.get(at(namespace, name));
      if (secret === undefined) return undefined;
      const { type = 'Opaque', immutable = false } = secret;
      return { metadata: secretMetadata(secret), data: secretValues(secret), type, immutable };
    },
    create: async (namespace, name, write) => take(await create(client, namespace, name, write, WRITE)),
    patch: async (version, write) => take(await patch(client, version, write, WRITE)),
    async rehearse(place, write) {
      const options = { ...WRITE, dryRun: true };
      if ('resourceVersion' in place) await patch(client, place, write, options);
      else await create(client, place.namespace, place.name, write, options);
    },
    async remove({ namespace, name, uid, resourceVersion }) {
      const left = await client.remove(at(namespace, name), { uid, resourceVersion });
      if (left === 'gone') watched.drop({ key: `${namespace}/${name}`, uid });
      else take(left);
    },
  };
}

function create(
  client: Client,
  namespace: string,
  name: string,
  { data, ...write }: SecretWrite,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const values = data === undefined ? {} : { data: withoutNulls(encodeValues(data)) };
  return client.create({ resource: SECRETS, namespace }, { ...newSecret(namespace, name, write), ...values }, options);
}

/** A Secret as it is created, without its values. */
export function newSecret(
  namespace: string,
  name: string,
  { labels = {}, annotations = {}, owner = null }: Omit<SecretWrite, 'data'>,
) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name,
      namespace,
      labels: withoutNulls(labels),
      annotations: withoutNulls(annotations),
      ...(owner === null ? {} : { ownerReferences: [controllerReference(owner)] }),
    },
  };
}

async function patch(
  client: Client,
  version: SecretVersion,
  { data, labels, annotations, owner }: SecretWrite,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const { namespace, name, uid, resourceVersion } = version;
  const body = {
    metadata: {
      uid,
      resourceVersion,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(owner === undefined ? {} : { ownerReferences: await ownerReferences(client, version, owner) }),
    },
    ...(data === undefined ? {} : { data: encodeValues(data) }),
  };
  return client.mergePatch(at(namespace, name), body, options);
}

function at(namespace: string, name: string): ObjectPath<Secret> {
  return { resource: SECRETS, namespace, name };
}

/**
 * The owner's deletion does not wait for the Secret (`blockOwnerDeletion`): our finalizer orders the two already, and
 * where OwnerReferencesPermissionEnforcement is on, as in OpenShift, setting it needs one more right.
 */
function controllerReference({ name, uid }: SecretOwner): OwnerReference {
  const { kind } = BEAT_API_KEY;
  return { apiVersion: API_VERSION, kind, name, uid, controller: true, blockOwnerDeletion: false };
}

/**
 * All owner references after a change of ours; a merge patch replaces the list, and others' must stay. Fails as
 * `conflict` where the Secret is not in this version any more.
 */
async function ownerReferences(
  client: Client,
  { namespace, name, uid, resourceVersion }: SecretVersion,
  owner: SecretOwner | null,
): Promise<readonly OwnerReference[]> {
  const metadata = (await client.getMetadata(at(namespace, name)))?.metadata;
  if (metadata?.uid !== uid || metadata.resourceVersion !== resourceVersion) {
    const detail = 'the Secret has changed meanwhile';
    throw new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'patch Secret', code: 'Outdated', detail });
  }
  const others = (metadata.ownerReferences ?? []).filter(
    (reference) => !(reference.kind === BEAT_API_KEY.kind && reference.apiVersion === API_VERSION),
  );
  return owner === null ? others : [...others, controllerReference(owner)];
}

function withoutNulls(values: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));
}
