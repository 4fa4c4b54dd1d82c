import type { BeatApiKey } from '../api/types.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { BEAT_API_KEYS, EVERYWHERE } from '../kubernetes/resource.ts';
import { nameOf } from './objects.ts';
import type { CallerGiven } from './program.ts';
import { UsageError } from './terminal.ts';

/** Which BeatApiKeys a command is about. */
export interface Selection {
  readonly names: readonly string[];
  readonly selector: string | undefined;
  readonly all: boolean;
}

type Where = Pick<CallerGiven, 'namespace' | 'allNamespaces'>;

/** The namespace to look in, or `EVERYWHERE`. Throws `UsageError` where both are asked for. */
export function namespaceIn({ namespace }: Pick<Caller, 'namespace'>, where: Where): string {
  if (where.allNamespaces && where.namespace !== undefined) throw new UsageError('give -n or -A, not both');
  return where.allNamespaces ? EVERYWHERE : (where.namespace ?? namespace);
}

/** Throws `UsageError` unless the objects are chosen in exactly one way. */
export function checkSelection({ names, selector, all }: Selection, { allNamespaces }: Where): void {
  const ways = [names.length > 0, selector !== undefined, all].filter(Boolean).length;
  if (ways !== 1) throw new UsageError('choose BeatApiKeys by their names, by -l SELECTOR, or by --all');
  if (names.length > 0 && allNamespaces) throw new UsageError('names are looked for in one namespace: give -n, not -A');
}

/** The objects, by namespace and name. Throws `Failure`, and `UsageError` where one of the names is not there. */
export async function selectKeys(caller: Caller, where: Where, selection: Selection): Promise<readonly BeatApiKey[]> {
  checkSelection(selection, where);
  const namespace = namespaceIn(caller, where);
  if (selection.names.length === 0) return listKeysIn(caller, namespace, selection.selector);
  return Promise.all([...new Set(selection.names)].map((name) => readKey(caller, namespace, name)));
}

/** One object. Throws `Failure`, and `UsageError` where it is not there. */
export async function readKey({ client }: Caller, namespace: string, name: string): Promise<BeatApiKey> {
  const object = await client.get({ resource: BEAT_API_KEYS, namespace, name });
  if (object === undefined) throw new UsageError(`there is no BeatApiKey ${namespace}/${name}`);
  return object;
}

/** All objects of a namespace, or of `EVERYWHERE`, by namespace and name. */
export async function listKeysIn(
  { client }: Caller,
  namespace: string,
  labelSelector?: string,
): Promise<readonly BeatApiKey[]> {
  const found: BeatApiKey[] = [];
  for await (const { items } of client.pages({ resource: BEAT_API_KEYS, namespace }, { labelSelector }))
    found.push(...(items as readonly unknown[] as readonly BeatApiKey[]));
  return found.toSorted((one, other) => compare(nameOf(one), nameOf(other)));
}

/** The same order on every machine. */
export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
