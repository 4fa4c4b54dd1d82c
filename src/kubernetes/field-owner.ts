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
    const ours = entry.manager === manager && entry.operation === 'Update' && entry.subresource === undefined;
    for (const key of keysAt(entry.fieldsV1, path)) (ours ? owned : others).add(key);
  }
  return [...owned].filter((key) => !alone || !others.has(key)).toSorted();
}

function keysAt(fields: unknown, path: FieldPath): string[] {
  const map = path.reduce((level, name) => fieldOf(level, `f:${name}`), fields);
  if (typeof map !== 'object' || map === null) return [];
  return Object.keys(map)
    .filter((key) => key.startsWith('f:'))
    .map((key) => key.slice('f:'.length));
}
