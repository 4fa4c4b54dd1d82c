import fc from 'fast-check';
import type { RoleDescriptor, RoleDescriptors } from '../../../src/api/types.ts';
import { selects } from '../../../src/core/consent.ts';
import type { LabelSelector } from '../../../src/core/connection-view.ts';
import { isInside as isInsideSet, isPlain, patternSet } from '../../../src/core/name-patterns.ts';
import { beyondCeiling } from '../../../src/core/policy.ts';
import { renderSelector } from '../../../src/kubernetes/label-selector.ts';
import { json } from './inputs.ts';
import { must, target } from './target.ts';

const NAMESPACE = 'team-a';
/** The longest name, and the most that all of a key's descriptors may take (src/api/role-descriptor.ts). */
const LONGEST_NAME = 1_024;
const LONGEST_DESCRIPTORS = 60_000;

const letters = fc.constantFrom('a', 'b', 'ab', '*', '?', '-', '.', '**', 'logs-', 'team-a');
const shortName = fc.array(letters, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
const longName = fc
  .tuple(fc.array(letters, { minLength: 1, maxLength: 4 }), fc.integer({ min: 100, max: LONGEST_NAME }))
  .map(([all, length]) => all.join('').repeat(length).slice(0, length));
const oddName = fc.constantFrom(
  '/a.*/',
  '<logs-{now/d}>',
  'a:b',
  '-a',
  '\\*',
  '.security',
  '{namespace}',
  '\ud800',
  '',
);
const name = fc.oneof(
  { weight: 12, arbitrary: shortName },
  { weight: 1, arbitrary: longName },
  { weight: 1, arbitrary: oddName },
);

/** Whether a name is one that a pattern stands for; in time by the product of their lengths. */
function stands(pattern: string, text: string): boolean {
  let row = Array.from({ length: text.length + 1 }, (_, at) => at === 0);
  for (const part of pattern) {
    const next = row.map(() => false);
    for (let at = 0; at <= text.length; at++) {
      const before =
        at > 0 &&
        (part === '*' ? next[at - 1] === true : row[at - 1] === true && (part === '?' || part === text[at - 1]));
      next[at] = before || (part === '*' && row[at] === true);
    }
    row = next;
  }
  return row[text.length] === true;
}

/** Some of the names that a pattern stands for. */
const samples = (pattern: string): readonly string[] =>
  ['', 'a', 'b.q'].flatMap((many) => ['a', 'q'].map((one) => pattern.replaceAll('*', many).replaceAll('?', one)));

type Inside = (pattern: string, limits: readonly string[]) => boolean;
const isInside: Inside = (pattern, limits) => isInsideSet(pattern, patternSet(limits), { left: 100_000 });
interface Asked {
  readonly pattern: string;
  readonly limits: readonly string[];
}
const plainName = name.filter(isPlain);
const asked: fc.Arbitrary<Asked> = fc.record({ pattern: plainName, limits: fc.array(plainName, { maxLength: 4 }) });

function holdsInside(inside: Inside, { pattern, limits }: Asked): void {
  const covered = (one: string): boolean => limits.some((limit) => stands(limit, one));
  const isLent = inside(pattern, limits);
  if (pattern.length > 100) return;
  if (isLent) must(samples(pattern).every(covered), 'lend no name beyond the limits');
  else if (!/[*?]/.test(pattern) && pattern.length < 40)
    must(!covered(pattern), 'lend a name that is within the limits');
}

const widened: Inside = (pattern, limits) =>
  isInside(
    pattern,
    limits.map((limit) => limit.replaceAll('?', '*')),
  );

const privilege = fc.constantFrom('read', 'write', 'create_doc', 'all', 'constructor', 'indices:data/read/*');
const entry = fc.record({
  names: fc.array(name, { minLength: 1, maxLength: 4 }),
  privileges: fc.uniqueArray(privilege, { minLength: 1 }),
});
const role = fc.record({
  cluster: fc.uniqueArray(fc.constantFrom('monitor', 'all', 'toString')),
  indices: fc.array(entry, { maxLength: 4 }),
});
/** As much as a key may ask for at once. */
const hugeRole = fc.tuple(longName, fc.integer({ min: 1, max: 40 })).map(([one, count]) => ({
  indices: [
    {
      names: Array.from({ length: Math.min(128, LONGEST_DESCRIPTORS / one.length) }, (_, i) => `${i}${one}`),
      privileges: ALL.slice(0, count),
    },
  ],
}));
const ALL = [
  'read',
  'write',
  'index',
  'create',
  'create_doc',
  'delete',
  'monitor',
  'manage',
  'view_index_metadata',
].flatMap((one) => [one, `${one}:*`, `${one}*`, `${one}?`, `${one}/x`]);

type Beyond = typeof beyondCeiling;
interface Request {
  readonly ceiling: object;
  readonly roles: object;
}
const requests: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 800,
    arbitrary: fc.record({
      ceiling: role,
      roles: fc.dictionary(fc.constantFrom('r', '__proto__', 'constructor'), role, { maxKeys: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(hugeRole, fc.constantFrom('*a*', '*b', 'logs-*', '?*')).map(([huge, limit]) => ({
      ceiling: { indices: [{ names: [limit, '*-', '*.*a?'], privileges: ['all', ...ALL] }] },
      roles: { huge },
    })),
  },
  {
    weight: 80,
    arbitrary: fc.record({
      ceiling: fc.dictionary(fc.string(), json),
      roles: fc.dictionary(fc.string(), fc.dictionary(fc.string(), json)),
    }),
  },
);

interface Entry {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
}
const indicesOf = (descriptor: object): readonly Entry[] => {
  const { indices } = descriptor as { readonly indices?: unknown };
  if (!Array.isArray(indices)) return [];
  return (indices as readonly Partial<Entry>[]).flatMap((one) =>
    Array.isArray(one?.names) && Array.isArray(one.privileges) ? [one as Entry] : [],
  );
};

/** Each of some names with each privilege is lent by one entry of the ceiling, or by several with the same privilege. */
function holdsBeyond(beyond: Beyond, { ceiling, roles }: Request): void {
  const problems = beyond(ceiling, NAMESPACE, roles as RoleDescriptors);
  must(
    problems.every((one) => one.startsWith('spec.roleDescriptors.')),
    'say where each excess is',
  );
  if (problems.length > 0) return;
  const lent = indicesOf(ceiling);
  for (const { names, privileges } of Object.values(roles).flatMap((one) => indicesOf(one as object))) {
    for (const each of privileges) {
      const limits = lent
        .filter((one) =>
          one.privileges.some((held) => held === each || held === 'all' || (held === 'write' && each === 'create_doc')),
        )
        .flatMap((one) => one.names.map((limit) => limit.replaceAll('{namespace}', NAMESPACE)));
      for (const one of names.filter((each) => typeof each === 'string' && each.length < 40)) {
        const isLent =
          limits.includes(one) ||
          (isPlain(one) && samples(one).every((sample) => limits.some((limit) => stands(limit, sample))));
        must(isLent, `not lend ${JSON.stringify(each)} on ${JSON.stringify(one)}`);
      }
    }
  }
}

const withCeiling =
  (change: (text: string) => string): Beyond =>
  (ceiling, namespace, roles) =>
    beyondCeiling(JSON.parse(change(JSON.stringify(ceiling))) as RoleDescriptor, namespace, roles);

type Labels = Readonly<Record<string, string>>;
type Selects = typeof selects;
const label = fc.constantFrom('a', 'b', 'example.com/a', 'constructor', 'toString', '__proto__');
const value = fc.constantFrom('x', 'y', '');
const labels: fc.Arbitrary<Labels> = fc
  .array(fc.tuple(label, value), { maxLength: 4 })
  .map((all) => Object.fromEntries(all));
const requirement = fc.record(
  {
    key: label,
    operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.array(value, { maxLength: 3 }),
  },
  { requiredKeys: ['key', 'operator'] },
);
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 3 }) },
  { requiredKeys: [] },
) as fc.Arbitrary<LabelSelector>;

/** The selector read anew from how a list request spells it, as the API server reads it. */
function holdsSelects(
  subject: Selects,
  { selector: given, labels: present }: { selector: LabelSelector; labels: Labels },
): void {
  const has = new Map(Object.entries(present));
  const spelt = renderSelector(given as Parameters<typeof renderSelector>[0]);
  const parts = spelt === '' ? [] : spelt.split(/,(?![^(]*\))/);
  const expected = parts.every((part) => {
    const [, key = '', operator, set] = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(part) ?? [];
    if (operator !== undefined) {
      return (operator === 'in') === (has.has(key) && (set ?? '').split(',').includes(has.get(key) ?? ''));
    }
    const [name = '', wanted] = part.split('=');
    if (wanted !== undefined) return has.get(name) === wanted;
    return part.startsWith('!') ? !has.has(part.slice(1)) : has.has(part);
  });
  must(subject(given, present) === expected, `be ${expected} of ${JSON.stringify([given, present])}`);
}

export const policyTargets = [
  target('index name patterns', {
    inputs: asked,
    real: isInside,
    holds: holdsInside,
    mistakes: {
      'it takes ? for *': widened,
      'it compares beginnings only': (pattern, limits) =>
        limits.some((limit) => pattern.startsWith(limit.split('*')[0] ?? '')),
      'it understands no wildcard': (pattern, limits) => limits.includes(pattern),
    },
  }),
  target('containment in a ceiling', {
    inputs: requests,
    real: beyondCeiling,
    holds: holdsBeyond,
    mistakes: {
      'it does not look at privileges': withCeiling((text) => text.replaceAll('"read"', '"all"')),
      'it takes ? for *': withCeiling((text) => text.replaceAll('?', '*')),
      'it lends to every namespace': withCeiling((text) => text.replaceAll('team-a', '*')),
    },
  }),
  target('label selector', {
    inputs: fc
      .record({ selector, labels })
      .filter(({ selector: { matchExpressions = [] } }) =>
        matchExpressions.every(
          ({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0,
        ),
      ),
    real: selects,
    holds: holdsSelects,
    mistakes: {
      'it looks at matchLabels only': ({ matchLabels = {} }, present) => selects({ matchLabels }, present),
      'it needs one label of several': (given, present) =>
        Object.entries(given.matchLabels ?? {}).some(([key, wanted]) => present[key] === wanted) ||
        selects(given, present),
    },
  }),
];
