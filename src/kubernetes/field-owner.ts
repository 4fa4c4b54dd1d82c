import { fieldOf, type ManagedFields } from './object.ts';

/** A place in an object: `['metadata', 'labels']`. */
export type FieldPath = readonly string[];

/**
 * The keys of a map that `manager` set by create or patch, from `managedFields` (a map's keys stand there as `f:key`).
 * With `alone`, only those that nobody else set too.
 */
export function ownedKeys(
  managedFields: readonly ManagedFields[] | undefined,
  path: FieldPath,
  { manager, alone }: { readonly manager: string; readonly alone: boolean },
): string[] {
  const owned = new Set<string>();
  const others = new Set<string>();
  for (const entry of managedFields ?? []) {
    const keys = isBy(manager, entry) ? owned : others;
    for (const key of keysAt(entry.fieldsV1, path)) keys.add(key);
  }
  return [...owned].filter((key) => !alone || !others.has(key)).toSorted();
}

/** When `manager` last changed a field by create or patch, epoch milliseconds (whole seconds), as `managedFields` tell. */
export function lastWrite(managedFields: readonly ManagedFields[] | undefined, manager: string): number | undefined {
  const times = (managedFields ?? []).filter((entry) => isBy(manager, entry)).map(({ time }) => Date.parse(time ?? ''));
  const latest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return latest === -Infinity ? undefined : latest;
}

const isBy = (manager: string, entry: ManagedFields): boolean =>
  entry.manager === manager && entry.operation === 'Update' && entry.subresource === undefined;

function keysAt(fields: unknown, path: FieldPath): string[] {
  const map = path.reduce((level, name) => fieldOf(level, `f:${name}`), fields);
  if (typeof map !== 'object' || map === null) return [];
  return Object.keys(map)
    .filter((key) => key.startsWith('f:'))
    .map((key) => key.slice('f:'.length));
}
