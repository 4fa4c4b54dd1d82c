import type { IndexPrivileges, RoleDescriptor } from '../api/types.ts';

/** What every operator's user needs beside what it lends: to make keys, and to ask the cluster who it is. */
const OWN = ['manage_own_api_key', 'monitor'] as const;

export interface OperatorRoleOptions {
  /** The namespaces that `{namespace}` stands for; left out: any. */
  readonly namespaces?: readonly string[] | undefined;
  /** May also invalidate keys of other users, such as its predecessor's (`manage_api_key`). */
  readonly invalidatesAny?: boolean;
}

/**
 * The least role of Elasticsearch for the operator's user behind a ceiling: a key never holds more than the user who
 * made it. Where any namespace may be meant by `{namespace}`, any text takes its place, and the ceiling keeps the keys
 * apart.
 */
export function operatorRole(ceiling: RoleDescriptor, options: OperatorRoleOptions = {}): RoleDescriptor {
  const {
    cluster = [],
    indices = [],
    index = [],
    metadata: _,
    transient_metadata: __,
    restriction: ___,
    ...rest
  } = ceiling;
  const { namespaces, invalidatesAny = false } = options;
  return {
    cluster: [...new Set([...(invalidatesAny ? ['manage_api_key'] : []), ...OWN, ...cluster])],
    indices: byPrivileges(
      [...index, ...indices].map((entry) => ({
        ...entry,
        names: entry.names.flatMap((name) => namesFor(name, namespaces)),
      })),
    ),
    ...rest,
  };
}

/** True where the namespace of a BeatApiKey is part of what the ceiling lends. */
export const dependsOnNamespace = ({ index = [], indices = [] }: RoleDescriptor): boolean =>
  [...index, ...indices].some(({ names }) => names.some((name) => name.includes(PLACEHOLDER)));

const PLACEHOLDER = '{namespace}';

function namesFor(name: string, namespaces: readonly string[] | undefined): readonly string[] {
  if (!name.includes(PLACEHOLDER)) return [name];
  // Between slashes stands a regular expression, in which a star says something else.
  const some = namespaces ?? [name.startsWith('/') ? '[a-z0-9-]+' : '*'];
  return some.map((namespace) => name.replaceAll(PLACEHOLDER, namespace));
}

/** The same privileges in fewer entries. */
function byPrivileges(entries: readonly IndexPrivileges[]): readonly IndexPrivileges[] {
  const groups = Map.groupBy(entries, (entry) => JSON.stringify({ ...entry, names: [] }));
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...first, names: [...new Set(group.flatMap(({ names }) => names))] })),
  );
}
