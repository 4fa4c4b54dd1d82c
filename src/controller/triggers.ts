import { isDeepStrictEqual } from 'node:util';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import { LABELS } from '../api/names.ts';
import { secretName } from '../core/desired.ts';
import { parseElasticsearchConnectionSpec } from '../api/parse.ts';
import type { WorkQueue } from '../runtime/queue.ts';
import type { Connections } from './connections.ts';
import { ConsumerIndex } from './consumer-index.ts';
import { isHeld } from './hold-connection.ts';
import type { Cache, Cluster, ObjectKey, Reference } from './ports.ts';
import { referencesOf } from './target.ts';

type Watched = BeatApiKey | ElasticsearchConnection;

/** Wires events of watched kinds to the queues: an event only ever says which key is worth a look. */
export function wireTriggers(
  cluster: Cluster,
  connections: Connections,
  queues: { readonly objects: WorkQueue; readonly connections: WorkQueue },
): void {
  const { beatApiKeys, secrets, namespaces, references, workloads } = cluster;
  const watched = new Map<ObjectKey, readonly Reference[]>();
  const consumers = new ConsumerIndex();

  beatApiKeys.cache.subscribe(({ key, before, after }) => {
    if (saysMore(before, after)) {
      workloads.follow(consumers.note(key, after));
      queues.objects.add(key);
    }
    if (before !== undefined && after !== undefined) return;
    const reference = connectionKey(after ?? before);
    const connection = reference === undefined ? undefined : cluster.connections.cache.get(reference);
    if (connection !== undefined && needsAnotherHold(connection, beatApiKeys.cache))
      queues.connections.add(keyOf(connection), { priority: 'low' });
  });

  secrets.cache.subscribe(({ before, after }) => {
    const secret = after ?? before;
    const owner = secret?.labels[LABELS.ownerUID] ?? secret?.controllerUID;
    if (secret === undefined || owner === undefined) return;
    for (const key of ownersByName(beatApiKeys.cache, secret.namespace, secret.name)) queues.objects.add(key);
  });

  workloads.subscribe((place) => {
    for (const key of consumers.objectsOf(place)) queues.objects.add(key);
  });

  namespaces.subscribe(({ key, before, after }) => {
    if (JSON.stringify(before?.labels) === JSON.stringify(after?.labels)) return;
    for (const object of beatApiKeys.cache.values()) {
      if (object.metadata.namespace === key) queues.objects.add(keyOf(object));
    }
  });

  cluster.connections.cache.subscribe(({ key, before, after }) => {
    if (!saysMore(before, after)) return;
    if (after === undefined) watched.delete(key);
    else watched.set(key, connectionReferences(after));
    references.watch([...watched.values()].flat());
    queues.connections.add(key);
  });

  references.subscribe((changed) => {
    for (const [key, wanted] of watched) {
      if (!wanted.some((each) => sameReference(each, changed))) continue;
      connections.of(key).dirty = true;
      queues.connections.add(key);
    }
  });
}

/** False where only the status changed: that is our own report, and would bring a failing object back before its time. */
function saysMore(before: Watched | undefined, after: Watched | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const facts = ({ metadata: { uid, generation, deletionTimestamp, finalizers, annotations } }: Watched) => ({
    uid,
    generation,
    deletionTimestamp,
    finalizers,
    annotations,
  });
  return !isDeepStrictEqual(facts(before), facts(after));
}

export const keyOf = ({ metadata }: BeatApiKey | ElasticsearchConnection): ObjectKey =>
  `${metadata.namespace}/${metadata.name}`;

/** `namespace/name` of the connection that an object refers to; `undefined` where its spec does not say. */
export function connectionKey(object: BeatApiKey | undefined): ObjectKey | undefined {
  const reference = object?.spec?.connectionRef;
  if (object === undefined || typeof reference?.name !== 'string') return undefined;
  return `${reference.namespace ?? object.metadata.namespace}/${reference.name}`;
}

/** The objects that refer to a connection. */
export function objectsOf(connection: ElasticsearchConnection, objects: Cache<BeatApiKey>): readonly BeatApiKey[] {
  const key = keyOf(connection);
  return [...objects.values()].filter((object) => connectionKey(object) === key);
}

/** True where an object refers to the connection; the search ends at the first. */
export function isReferredTo(connection: ElasticsearchConnection, objects: Cache<BeatApiKey>): boolean {
  const key = keyOf(connection);
  for (const object of objects.values()) if (connectionKey(object) === key) return true;
  return false;
}

/** Only the first and the last reference matter to a connection; one that is being deleted tells how many are left. */
function needsAnotherHold(connection: ElasticsearchConnection, objects: Cache<BeatApiKey>): boolean {
  const { deletionTimestamp } = connection.metadata;
  return deletionTimestamp !== undefined || isHeld(connection) !== isReferredTo(connection, objects);
}

/** The objects whose Secret has this name: its own name as a rule, so most are found without a search. */
function ownersByName(objects: Cache<BeatApiKey>, namespace: string, name: string): readonly ObjectKey[] {
  const direct = objects.get(`${namespace}/${name}`);
  if (direct !== undefined && secretName(direct) === name) return [keyOf(direct)];
  return [...objects.values()]
    .filter((object) => object.metadata.namespace === namespace && secretName(object) === name)
    .map(keyOf);
}

function connectionReferences(connection: ElasticsearchConnection): readonly Reference[] {
  const parsed = parseElasticsearchConnectionSpec(connection.spec);
  return parsed.ok ? referencesOf(connection, parsed.value) : [];
}

const sameReference = (one: Reference, other: Reference): boolean =>
  one.kind === other.kind && one.namespace === other.namespace && one.name === other.name;
