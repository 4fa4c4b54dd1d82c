import type { RoleDescriptor, RoleDescriptors } from '../api/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import { normalRoleDescriptor, type NormalIndices } from './role-normal.ts';

/** Parts of a role descriptor that are inside a ceiling only where the ceiling has the very same entry. */
const LITERAL_LISTS = ['applications', 'remote_indices', 'remote_cluster'] as const;

/**
 * What a request asks for beyond a connection's terms, one sentence part each; empty where it is inside. The ceiling is
 * compared literally: each privilege and each index name pattern must stand in it as it is asked for, where
 * `{namespace}` in the ceiling's names is the requester's namespace.
 */
export function beyondTerms(terms: Terms, namespace: string, desired: Desired): readonly string[] {
  return [...beyondExpiration(terms, desired), ...beyondCeiling(terms.ceiling, namespace, desired.roleDescriptors)];
}

function beyondExpiration({ maxExpiration }: Terms, { expiration }: Desired): readonly string[] {
  if (maxExpiration === undefined) return [];
  if (expiration === undefined) return [`spec.expiration is missing, at most ${maxExpiration.text} is allowed`];
  if (expiration.ms <= maxExpiration.ms) return [];
  return [`spec.expiration is ${expiration.text}, at most ${maxExpiration.text} is allowed`];
}

/** What `roles` ask for beyond `ceiling`. */
export function beyondCeiling(ceiling: RoleDescriptor, namespace: string, roles: RoleDescriptors): readonly string[] {
  const limit = normalRoleDescriptor(ceiling);
  const limitIndices = limit.indices.map((entry) => ({
    ...entry,
    names: entry.names.map((name) => name.replaceAll('{namespace}', namespace)),
  }));
  return Object.entries(roles).flatMap(([role, descriptor]) => {
    const asked = normalRoleDescriptor(descriptor);
    const at = `spec.roleDescriptors.${role}`;
    return [
      ...asked.cluster
        .filter((privilege) => !limit.cluster.includes(privilege))
        .map((privilege) => `${at}.cluster: ${privilege}`),
      ...asked.indices.flatMap((entry) => beyondIndices(entry, limitIndices).map((what) => `${at}.indices: ${what}`)),
      ...LITERAL_LISTS.flatMap((field) => {
        const allowed = limit[field].map(canonicalJson);
        return asked[field].some((entry) => !allowed.includes(canonicalJson(entry))) ? [`${at}.${field}`] : [];
      }),
      ...asked.run_as.filter((user) => !limit.run_as.includes(user)).map((user) => `${at}.run_as: ${user}`),
      ...(asked.global !== undefined && canonicalJson(asked.global) !== canonicalJson(limit.global ?? null)
        ? [`${at}.global`]
        : []),
    ];
  });
}

function beyondIndices(asked: NormalIndices, ceiling: readonly NormalIndices[]): readonly string[] {
  const comparable = ceiling.filter(
    (entry) =>
      (entry.allow_restricted_indices || !asked.allow_restricted_indices) &&
      (entry.field_security === undefined || same(entry.field_security, asked.field_security)) &&
      (entry.query === undefined || same(entry.query, asked.query)),
  );
  return asked.names.flatMap((name) =>
    asked.privileges
      .filter((privilege) => !comparable.some((e) => e.names.includes(name) && e.privileges.includes(privilege)))
      .map((privilege) => `${privilege} on ${name}${asked.allow_restricted_indices ? ' (restricted indices)' : ''}`),
  );
}

const same = (one: unknown, other: unknown): boolean => canonicalJson(one ?? null) === canonicalJson(other ?? null);
