import { LABELS, MANAGED_BY } from '../api/names.ts';
import type { ElasticsearchConnection } from '../api/types.ts';
import type { KeyRecord } from '../core/key-record.ts';
import { mayInvalidate } from '../core/ownership.ts';
import type { SecretMetadata } from '../core/secret.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { CONNECTIONS, EVERYWHERE, SECRETS } from '../kubernetes/resource.ts';
import { secretMetadata } from '../kubernetes/secret-metadata.ts';
import type { WantedKeys } from '../elasticsearch/inventory.ts';
import { openKeyAccess, type KeyAccess, type KeyAccessOptions } from './key-access.ts';
import type { Answerers } from './key-state.ts';
import { nameOf } from './objects.ts';
import { unlessDenied, type Installation } from './operator-view.ts';
import { compare, listKeysIn } from './selection.ts';
import { UsageError } from './terminal.ts';

/** A key of the installation, and the connections through which it was seen. */
export interface FoundKey {
  readonly record: KeyRecord;
  readonly connections: readonly string[];
  /** The way to invalidate it, by who may if there is such a one. */
  readonly access: KeyAccess;
}

export interface Census {
  readonly keys: readonly FoundKey[];
  /** Why a connection was not looked at. */
  readonly gaps: readonly string[];
}

/** Who answers for keys: in all namespaces where the caller may see them, else in this one. Throws `Failure`. */
export async function readAnswerers(
  caller: Caller,
  namespace: string,
  { attemptLimitMs }: Pick<Installation, 'attemptLimitMs'>,
): Promise<Answerers> {
  const secretsOfAll = await unlessDenied(listSecrets(caller, EVERYWHERE));
  const objectsOfAll = await unlessDenied(listKeysIn(caller, EVERYWHERE));
  const objects = objectsOfAll ?? (await unlessDenied(listKeysIn(caller, namespace))) ?? [];
  const secrets = secretsOfAll ?? (await unlessDenied(listSecrets(caller, namespace)));
  return { objects, secrets, everywhere: objectsOfAll !== undefined && secretsOfAll !== undefined, attemptLimitMs };
}

async function listSecrets({ client }: Caller, namespace: string): Promise<readonly SecretMetadata[]> {
  const options = { labelSelector: `${LABELS.managedBy}=${MANAGED_BY}`, metadataOnly: true };
  const found: SecretMetadata[] = [];
  for await (const { items } of client.pages({ resource: SECRETS, namespace }, options))
    found.push(...items.map(secretMetadata));
  return found;
}

/** The connections of these names, or all that the caller may see: of all namespaces, or those that objects refer to. */
export async function readConnections(
  { client }: Caller,
  names: readonly string[],
  { objects }: Pick<Answerers, 'objects'>,
): Promise<readonly ElasticsearchConnection[]> {
  const all = names.length > 0 ? undefined : await unlessDenied(listConnections(client));
  if (all !== undefined) return all;
  const wanted = names.length > 0 ? names : [...new Set(objects.map(connectionOf))].toSorted(compare);
  return Promise.all(
    wanted.map(async (wantedName) => {
      const [namespace = '', name = '', ...more] = wantedName.split('/');
      if (name === '' || more.length > 0)
        throw new UsageError(`${wantedName}: a connection is named as NAMESPACE/NAME`);
      const found = await client.get({ resource: CONNECTIONS, namespace, name });
      if (found === undefined) throw new UsageError(`there is no ElasticsearchConnection ${wantedName}`);
      return found;
    }),
  );
}

async function listConnections(client: Caller['client']): Promise<readonly ElasticsearchConnection[]> {
  const found: ElasticsearchConnection[] = [];
  for await (const { items } of client.pages({ resource: CONNECTIONS, namespace: EVERYWHERE }))
    found.push(...(items as readonly unknown[] as readonly ElasticsearchConnection[]));
  return found.toSorted((one, other) => compare(nameOf(one), nameOf(other)));
}

/** `namespace/name` of the connection that an object refers to. */
export const connectionOf = ({ metadata, spec }: Answerers['objects'][number]): string =>
  `${spec.connectionRef.namespace ?? metadata.namespace}/${spec.connectionRef.name}`;

/**
 * The keys behind some connections; each is told once, whatever leads to its cluster. What is opened is closed with the
 * stack.
 */
export async function takeCensus(
  connections: readonly ElasticsearchConnection[],
  wanted: WantedKeys,
  options: KeyAccessOptions,
  caller: Caller,
  stack: AsyncDisposableStack,
): Promise<Census> {
  const found = new Map<string, FoundKey>();
  const gaps: string[] = [];
  const opened = await Promise.all(
    connections.map(async (each) => [each, await openKeyAccess(each, options, caller)] as const),
  );
  for (const [connection, answer] of opened) {
    if (!answer.ok) {
      gaps.push(answer.reason);
      continue;
    }
    const access = stack.use(answer.access);
    for (const record of await access.search.search(wanted)) {
      const key = `${access.clusterUUID}/${record.id}`;
      const before = found.get(key);
      const isBetter = before === undefined || !mayInvalidate(record, before.access.searcher);
      const names = [...(before?.connections ?? []), nameOf(connection)];
      found.set(key, { record, connections: names, access: isBetter ? access : before.access });
    }
  }
  return { keys: [...found.values()], gaps };
}
