import type { Problem } from '../../../src/api/parse.ts';
import type { Kind } from '../kinds.ts';
import { CONNECTION, PRESET } from '../../builders/specs.ts';

/** A spec that the API server takes, and that the operator does not. */
export interface Difference {
  readonly name: string;
  /** Why it cannot be otherwise, or should not. */
  readonly why: string;
  /** Whether this is what the operator says. */
  readonly is: (problem: Problem) => boolean;
  /** Of each way to meet it one: they are tested, too, so that none stays in this list for nothing. */
  readonly examples: readonly (readonly [Kind, unknown])[];
}

const withRole = (role: unknown): readonly [Kind, unknown] => [
  'BeatApiKey',
  { connectionRef: { name: 'main' }, roleDescriptors: { writer: role } },
];
const withCeiling = (roleDescriptor: unknown): readonly [Kind, unknown] => [
  'ElasticsearchConnection',
  { ...CONNECTION, policy: { roleDescriptor } },
];
const withEntry = (entry: object) => withRole({ indices: [{ names: ['a'], privileges: ['read'], ...entry }] });
const withData = (template: string): readonly [Kind, unknown] => [
  'BeatApiKey',
  { ...PRESET, secret: { template: { data: { file: template } } } },
];
const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });

const says =
  (form: RegExp, where = /./) =>
  (problem: Problem): boolean =>
    form.test(problem.message) && where.test(problem.path);

/** Where role descriptors are. */
const ROLE = /^spec\.(roleDescriptors|policy\.roleDescriptor)\b/;

/**
 * All that the API server takes and the operator refuses. There is nothing the other way round: what the API server
 * refuses never reaches the operator, so that it would be refused for no reason.
 */
export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'an unknown field of a role descriptor',
    why: 'The API server keeps it, so that the operator can name it: were it dropped, a misspelt query or field_security would widen the key. CEL does not see fields that no schema names.',
    is: says(/^is not a known field /, ROLE),
    examples: [
      withRole({ cluster: ['monitor'], clster: [] }),
      withEntry({ qeury: '{}' }),
      withEntry({ field_security: { grnt: ['a'] } }),
      withCeiling({ indcies: [] }),
    ],
  },
  {
    name: 'a query that is neither text nor an object that is not nested too deep',
    why: 'Elasticsearch takes both, and a structural schema has no type for that; CEL does not see a value without a type.',
    is: says(/^must be text or an object$/, ROLE),
    examples: [
      withEntry({ query: [] }),
      withEntry({ query: 1 }),
      withEntry({ query: nested(33) }),
      withCeiling({ indices: [{ names: ['a'], privileges: [], query: true }] }),
    ],
  },
  {
    name: 'free JSON that is nested too deep',
    why: 'CEL does not see what is in fields that keep anything.',
    is: says(/^must be an object, nested at most 32 deep$/, ROLE),
    examples: [withRole({ cluster: ['monitor'], metadata: nested(33) }), withRole({ global: nested(33) })],
  },
  {
    name: 'a name of metadata of a role that starts with _',
    why: 'CEL does not see what is in fields that keep anything.',
    is: says(/^must not have names that start with _$/, /\.metadata$/),
    examples: [withRole({ cluster: ['monitor'], metadata: { _reserved: true } })],
  },
  {
    name: 'a descriptor whose only grant is an empty global',
    why: 'CEL sees that global is there, and not what is in it.',
    is: says(/^must grant something: /, ROLE),
    examples: [withRole({ global: {} })],
  },
  {
    name: 'role descriptors that are too long as a whole',
    why: 'CEL has no length of an object as JSON; each text and each list has a bound of its own.',
    is: says(/^must not be longer than 65536 characters as JSON$/, /^spec\.roleDescriptors$/),
    examples: [withEntry({ query: 'a'.repeat(65_536) })],
  },
  {
    name: 'a variable in a template that does not exist',
    why: 'The operator says which one, and which was meant. A rule in CEL could only say that there is one.',
    is: says(/^must (not use an unknown variable: |close the \{\{ that it opens)/, /^spec\.secret\.template\.data\b/),
    examples: [withData('{{ beatz }}'), withData('{{ beats }')],
  },
  {
    name: '__proto__ as a name',
    why: 'In JavaScript it is none that data can have. A BeatApiKey has no use for it, either.',
    is: says(/^is no name for a field$/, /\.__proto__$/),
    examples: [
      [
        'BeatApiKey',
        {
          connectionRef: { name: 'main' },
          roleDescriptors: JSON.parse('{"__proto__":{"cluster":["monitor"]}}') as unknown,
        },
      ],
      ['BeatApiKey', { ...PRESET, secret: { template: { data: JSON.parse('{"__proto__":"a"}') as unknown } } }],
      withRole({ cluster: ['monitor'], metadata: JSON.parse('{"__proto__":1}') as unknown }),
    ],
  },
];
