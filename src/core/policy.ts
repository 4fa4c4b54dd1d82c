import type { RoleDescriptor, RoleDescriptors } from '../api/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import { isInside, isPlain, patternSet, type Effort, type PatternSet } from './name-patterns.ts';
import { implies } from './privileges.ts';
import { normalRoleDescriptor, type NormalIndices, type NormalRoleDescriptor } from './role-normal.ts';

/** Parts of a role descriptor that are inside a ceiling only where the ceiling has the very same entry. */
const LITERAL_LISTS = ['applications', 'remote_indices', 'remote_cluster'] as const;

/**
 * What a request asks for beyond a connection's terms, one sentence part each; empty where it is inside. Privileges are
 * compared with their implications, index names as sets of names; `{namespace}` in the ceiling's names is the
 * requester's namespace. What cannot be compared by meaning is inside only where the ceiling has the same, even what
 * makes a key smaller: docs/adr/0020-literal-parts-of-a-ceiling.md.
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

/** What all names of one request may cost: well above any sensible one, and less than a tenth of a second. */
const MOST_EFFORT = 100_000;

/** What `roles` ask for beyond `ceiling`. */
export function beyondCeiling(ceiling: RoleDescriptor, namespace: string, roles: RoleDescriptors): readonly string[] {
  const limit = limitOf(ceiling, namespace);
  const effort = { left: MOST_EFFORT };
  return Object.entries(roles).flatMap(([role, descriptor]) =>
    beyondLimit(limit, normalRoleDescriptor(descriptor), effort).map((what) => `spec.roleDescriptors.${role}.${what}`),
  );
}

const limits = new WeakMap<RoleDescriptor, Map<string, NormalRoleDescriptor>>();

/** The ceiling for one namespace, worked out once for each. */
function limitOf(ceiling: RoleDescriptor, namespace: string): NormalRoleDescriptor {
  const known = limits.get(ceiling) ?? new Map<string, NormalRoleDescriptor>();
  limits.set(ceiling, known);
  const before = known.get(namespace);
  if (before !== undefined) return before;
  const normal = normalRoleDescriptor(ceiling);
  const inNamespace = (names: readonly string[]): readonly string[] =>
    names.map((name) => name.replaceAll('{namespace}', namespace));
  const made = { ...normal, indices: normal.indices.map((entry) => ({ ...entry, names: inNamespace(entry.names) })) };
  known.set(namespace, made);
  return made;
}

function beyondLimit(limit: NormalRoleDescriptor, asked: NormalRoleDescriptor, effort: Effort): readonly string[] {
  return [
    ...asked.cluster
      .filter((privilege) => !limit.cluster.some((held) => implies('cluster', held, privilege)))
      .map((privilege) => `cluster: ${privilege}`),
    ...asked.indices.flatMap((entry) => beyondIndices(entry, limit.indices, effort).map((what) => `indices: ${what}`)),
    ...LITERAL_LISTS.flatMap((field) => {
      const allowed = limit[field].map(canonicalJson);
      return asked[field].some((entry) => !allowed.includes(canonicalJson(entry))) ? [field] : [];
    }),
    ...asked.run_as.filter((user) => !limit.run_as.includes(user)).map((user) => `run_as: ${user}`),
    ...(asked.global === undefined || same(asked.global, limit.global) ? [] : ['global']),
    ...(same(asked.restriction, limit.restriction) ? [] : ['restriction']),
  ];
}

function beyondIndices(asked: NormalIndices, ceiling: readonly NormalIndices[], effort: Effort): readonly string[] {
  const comparable = ceiling.filter(
    (entry) =>
      (entry.allow_restricted_indices || !asked.allow_restricted_indices) &&
      same(entry.field_security, asked.field_security) &&
      same(entry.query, asked.query),
  );
  return asked.privileges.flatMap((privilege) => {
    const lent = comparable.filter((entry) => entry.privileges.some((held) => implies('index', held, privilege)));
    const patterns = plainNames(lent);
    return asked.names.flatMap((name) => {
      if (isLent(name, lent, patterns, asked.allow_restricted_indices, effort)) return [];
      const unknown = effort.left > 0 ? '' : ' (too many wildcards to compare)';
      return [`${privilege} on ${name}${literalParts(asked)}${unknown}`];
    });
  });
}

/** What an entry has that a ceiling must have literally, as the reason may lie there. */
function literalParts({ allow_restricted_indices, field_security, query }: NormalIndices): string {
  const limits = [
    ...(field_security === undefined ? [] : ['field_security']),
    ...(query === undefined ? [] : ['query']),
  ];
  const restricted = allow_restricted_indices ? ' (restricted indices)' : '';
  return `${restricted}${limits.length === 0 ? '' : ` with this ${limits.join(' and ')}`}`;
}

/**
 * Restricted indices are lent as they are written, and those of Elasticsearch's own security as nothing else: without
 * `allow_restricted_indices` no privilege reaches them.
 */
function isLent(
  name: string,
  lent: readonly NormalIndices[],
  patterns: PatternSet,
  restricted: boolean,
  effort: Effort,
): boolean {
  if (!restricted && name.startsWith('.security')) return false;
  if (lent.some(({ names }) => names.includes(name))) return true;
  return !restricted && isPlain(name) && isInside(name, patterns, effort);
}

const sets = new WeakMap<NormalIndices, Map<string, PatternSet>>();

/** The plain names of entries of a ceiling, worked out once for those that lend one privilege. */
function plainNames(lent: readonly NormalIndices[]): PatternSet {
  const patterns = lent.flatMap(({ names }) => names.filter(isPlain));
  const [first] = lent;
  if (first === undefined) return patternSet(patterns);
  const known = sets.get(first) ?? new Map<string, PatternSet>();
  sets.set(first, known);
  const name = patterns.join('\n');
  const made = known.get(name) ?? patternSet(patterns);
  known.set(name, made);
  return made;
}

const same = (one: unknown, other: unknown): boolean => canonicalJson(one ?? null) === canonicalJson(other ?? null);
