import { setTimeout as wait } from 'node:timers/promises';
import { ANNOTATIONS, METADATA_KEY } from '../src/api/names.ts';
import { isReady } from './kubernetes.ts';
import { NAMESPACES, PATHS } from './workload.ts';
import type { World } from './world.ts';

/** A key made a moment ago is not found yet, and one invalidated a moment ago is found alive. */
const VISIBLE_WITHIN_MS = 20_000;

/**
 * Throws unless there are exactly so many objects, all of them Ready, each with a Secret and a key of its own, and
 * Elasticsearch has these living keys and no others. 0: everything is gone.
 */
export async function proveIssued({ admin, elasticsearch }: World, expected: number): Promise<void> {
  const objects = await admin.list(PATHS.objects(NAMESPACES.objects));
  const secrets = await admin.list(PATHS.secrets(NAMESPACES.objects));
  const ids = new Set(secrets.flatMap(({ metadata }) => metadata.annotations?.[ANNOTATIONS.keyID] ?? []));
  demand('objects', objects.length, expected);
  demand('Ready objects', objects.filter(isReady).length, expected);
  demand('Secrets', secrets.length, expected);
  demand('different keys in Secrets', ids.size, expected);
  const until = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const living = await livingKeys(elasticsearch);
    if (living === expected) return;
    if (Date.now() > until) demand('living keys in Elasticsearch', living, expected);
    await wait(200);
  }
}

/** Keys of objects of the operator that live, as Elasticsearch's own administrator sees them. */
async function livingKeys(elasticsearch: World['elasticsearch']): Promise<number> {
  const filter = [
    { term: { invalidated: false } },
    { term: { [`metadata.${METADATA_KEY}.namespace`]: NAMESPACES.objects } },
  ];
  const query = { size: 1, query: { bool: { filter } } };
  const { status, body } = await elasticsearch.request('POST', '/_security/_query/api_key', query);
  if (status !== 200) throw new Error(`the query for keys was answered with ${status}`);
  return (body as { total: number }).total;
}

/** Throws when a count is not what it must be. */
export function demand(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`the measurement does not add up: ${found} ${what} instead of ${expected}`);
}
