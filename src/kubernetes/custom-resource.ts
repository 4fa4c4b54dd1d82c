import { Failure } from '../core/failure.ts';
import { FIELD_MANAGER, STATUS_FIELD_MANAGER } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import type { Client, JSONPatchStep } from './client.ts';
import { isRecord } from '../lib/json.ts';
import { removeFinalizer, testUID, testVersion } from './patch-steps.ts';
import { fieldOf, type KubernetesObject, keyOf, withoutManagedFields } from './object.ts';
import type { Upstream } from './reflector.ts';
import type { NamespacedResource, ObjectPath, Scope } from './resource.ts';
import { Watched } from './watched.ts';

type Own = BeatApiKey | ElasticsearchConnection;

/** A kind of ours: where to write it and where it is watched. */
export interface CustomResource<T extends Own> {
  readonly client: Client;
  readonly resource: NamespacedResource<T>;
  readonly watched: Watched<T>;
}

/** The kind as its CRD's schema has let it pass; what may be acted on is decided when its spec is parsed. */
export function watchCustomResource<T extends Own>(
  upstream: Upstream,
  resource: NamespacedResource<T>,
  scope: Scope,
): CustomResource<T> {
  const transform = (object: KubernetesObject): T => wellFormed(object as T);
  return { client: upstream.client, resource, watched: Watched.namespaced(upstream, resource, scope, { transform }) };
}

/** A live read. */
export async function read<T extends Own>(
  { client, resource }: CustomResource<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const object = await client.get({ resource, namespace, name });
  return object === undefined ? undefined : wellFormed(object);
}

/** Patches exactly this version of the object; without steps there is nothing to do. */
export async function patchVersion<T extends Own>(
  kind: CustomResource<T>,
  object: T,
  steps: readonly JSONPatchStep[],
): Promise<T> {
  if (steps.length === 0) return object;
  const patch = [testVersion(object), ...steps];
  return take(kind, await kind.client.jsonPatch(pathOf(kind, object), patch, { fieldManager: FIELD_MANAGER }));
}

/** Takes the finalizer away, and the object with it where it was the last one; gone already is as good. */
export async function release<T extends Own>(kind: CustomResource<T>, object: T, finalizer: string): Promise<void> {
  const steps = removeFinalizer(object, finalizer);
  if (steps.length === 0) return;
  try {
    const left = await kind.client.jsonPatch(pathOf(kind, object), steps, { fieldManager: FIELD_MANAGER });
    if (left.metadata.deletionTimestamp === undefined || (left.metadata.finalizers ?? []).length > 0) take(kind, left);
    else drop(kind, object);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
    drop(kind, object);
  }
}

/**
 * Makes `status` the object's status, whole, under a manager of its own. Another object of that name: `conflict`. By
 * JSON Patch, since the API server ignores a uid in the merge patch of a status.
 */
export async function writeStatus<T extends Own>(
  kind: CustomResource<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<T> {
  const steps: readonly JSONPatchStep[] = [testUID(object), { op: 'add', path: '/status', value: status }];
  const options = { fieldManager: STATUS_FIELD_MANAGER, subresource: 'status' } as const;
  return take(kind, await kind.client.jsonPatch(pathOf(kind, object), steps, options));
}

/**
 * The object without `managedFields`, and without what its schema would not have let through: a spec that is missing is
 * told as such when it is parsed, and a status that is odd is written anew.
 */
function wellFormed<T extends Own>(object: T): T {
  const { spec, status, ...rest } = withoutManagedFields(object as KubernetesObject & T);
  return { ...rest, spec: isRecord(spec) ? spec : {}, ...(isStatus(status) ? { status } : {}) } as T;
}

/** True where the lists in a status are of the form that is read of them. */
const isStatus = (status: unknown): boolean =>
  isRecord(status) &&
  hasListOf(status, 'conditions', ['type', 'status', 'lastTransitionTime', 'reason', 'message']) &&
  hasListOf(status, 'retiring', ['keyID', 'since']);

function hasListOf(status: unknown, field: string, texts: readonly string[]): boolean {
  const list = fieldOf(status, field) ?? [];
  return Array.isArray(list) && list.every((one) => texts.every((name) => typeof fieldOf(one, name) === 'string'));
}

function pathOf<T extends Own>(kind: CustomResource<T>, { metadata }: Own): ObjectPath<T> {
  return { resource: kind.resource, namespace: metadata.namespace, name: metadata.name };
}

function take<T extends Own>(kind: CustomResource<T>, object: T): T {
  const kept = wellFormed(object);
  kind.watched.put(kept);
  return kept;
}

function drop<T extends Own>(kind: CustomResource<T>, object: T): void {
  kind.watched.drop({ key: keyOf(object), uid: object.metadata.uid });
}
