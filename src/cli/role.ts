import { METADATA_KEY } from '../api/names.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec, RoleDescriptor } from '../api/types.ts';
import { namedNamespaces } from '../core/consent.ts';
import { termsOf } from '../core/connection-terms.ts';
import { dependsOnNamespace, operatorRole } from '../core/operator-role.ts';
import { nameOf } from './objects.ts';

/** The role that the operator's user needs for one connection. */
export interface WantedRole {
  readonly name: string;
  /** The body of `PUT /_security/role/NAME`; its metadata says whose it is. */
  readonly role: RoleDescriptor;
  readonly object: ElasticsearchConnection;
  readonly spec: ElasticsearchConnectionSpec;
  readonly notes: readonly string[];
}

export interface RoleOptions {
  /** Left out: of the connection's name. */
  readonly name?: string | undefined;
  /** What `{namespace}` stands for; empty: the namespaces that the connection names, or else any. */
  readonly forNamespaces: readonly string[];
  readonly manageApiKey: boolean;
}

/** A name that no other connection of the same Kubernetes has: namespaces have no dots in their names. */
const roleName = ({ metadata: { namespace, name } }: ElasticsearchConnection): string =>
  `beatkeys.${namespace}.${name}`;

/** The least role for a connection of this spec. */
export function wantedRole(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  { name = roleName(object), forNamespaces, manageApiKey }: RoleOptions,
): WantedRole {
  const terms = termsOf(object, spec, '');
  const namespaces = forNamespaces.length > 0 ? forNamespaces : namedNamespaces(terms);
  const role = operatorRole(terms.ceiling, { namespaces, invalidatesAny: manageApiKey });
  const isWide = namespaces === undefined && dependsOnNamespace(terms.ceiling);
  return {
    name,
    role: { ...role, metadata: { [METADATA_KEY]: { connection: nameOf(object) } } },
    object,
    spec,
    notes: isWide
      ? ['any namespace may use the connection, so {namespace} is * in the role; --for-namespace makes it narrower']
      : [],
  };
}
