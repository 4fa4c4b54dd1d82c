import type { IndexPrivileges, RoleDescriptor } from '../api/types.ts';

/** What every operator's user needs beside what it lends: to make keys, and to ask the cluster who it is. */
const OWN = ['manage_own_api_key', 'monitor'] as const;

/**
 * The least role of Elasticsearch for the operator's user behind a ceiling: a key never holds more than the user who
 * made it. The namespaces that `{namespace}` stands for are not known here: any text takes its place, and the ceiling
 * keeps the keys apart. `all`: may also invalidate keys of other users, such as its predecessor's (`manage_api_key`).
 */
export function operatorRole(ceiling: RoleDescriptor, all = false): RoleDescriptor {
  const {
    cluster = [],
    indices = [],
    index = [],
    metadata: _,
    transient_metadata: __,
    restriction: ___,
    ...rest
  } = ceiling;
  return {
    cluster: [...new Set([...(all ? ['manage_api_key'] : []), ...OWN, ...cluster])],
    indices: byPrivileges([...index, ...indices].map(inAnyNamespace)),
    ...rest,
  };
}

const inAnyNamespace = (entry: IndexPrivileges): IndexPrivileges => ({
  ...entry,
  names: entry.names.map((name) => name.replaceAll('{namespace}', '*')),
});

/** The same privileges in fewer entries. */
function byPrivileges(entries: readonly IndexPrivileges[]): readonly IndexPrivileges[] {
  const groups = Map.groupBy(entries, (entry) => JSON.stringify({ ...entry, names: [] }));
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...first, names: [...new Set(group.flatMap(({ names }) => names))] })),
  );
}
