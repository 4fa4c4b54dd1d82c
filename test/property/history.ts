import { fc } from '@fast-check/vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import type { BeatApiKeySpec, RoleDescriptors } from '../../src/api/types.ts';

/** Something that happens to the object, to the servers or to the operator. */
export type HistoryEvent =
  | { readonly type: 'edit'; readonly spec: Edit }
  | { readonly type: 'nonsense'; readonly spec: unknown }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'look' }
  /** `killedAfter`: effects that the process still has. `late`: the watch has not caught up. */
  | { readonly type: 'pass'; readonly killedAfter?: number; readonly late: boolean }
  | { readonly type: 'restart' }
  | { readonly type: 'server'; readonly what: (typeof SERVER_EVENTS)[number] }
  | { readonly type: 'secret'; readonly what: (typeof SECRET_EVENTS)[number] }
  | { readonly type: 'user'; readonly name: 'beatkeys' | 'other'; readonly manageApiKey: boolean }
  | { readonly type: 'journal'; readonly part: keyof typeof ANNOTATIONS }
  | { readonly type: 'lag'; readonly ms: number };

export const SERVER_EVENTS = [
  'down',
  'up',
  'kill key',
  'edit key',
  'lose next answer',
  'other cluster',
  'first cluster',
  'lacks privileges',
  'has privileges',
] as const;
export const SECRET_EVENTS = [
  'delete',
  'alter value',
  'touch value',
  'drop value',
  'drop label',
  'edit label',
  'conflict',
] as const;

/** What users change; together with what does not change it is the spec. */
export interface Edit {
  readonly roles: 0 | 1;
  readonly expiration: string | null;
  readonly overlap: string;
  readonly request: string | null;
  readonly revokeRequest: string | null;
  readonly template: 0 | 1 | 2;
  readonly keyName: string | null;
  readonly suspend: boolean;
  readonly retain: boolean;
}

export const ROLES: readonly RoleDescriptors[] = [
  { writer: { cluster: ['monitor'], indices: [{ names: ['packetbeat-*'], privileges: ['create_doc'] }] } },
  {
    writer: {
      cluster: ['monitor'],
      indices: [{ names: ['packetbeat-*'], privileges: ['create_doc', 'auto_configure'] }],
    },
  },
];
const TEMPLATES = [
  {},
  { labels: { team: 'net' }, data: { 'beat.yml': 'output.elasticsearch.api_key: "{{ beats }}"' } },
  { annotations: { note: 'x' }, data: { url: '{{ url }}' } },
] as const;

export function specOf(edit: Edit): BeatApiKeySpec {
  const { expiration, overlap, request, revokeRequest, keyName, suspend, retain } = edit;
  return {
    connectionRef: { name: 'main' },
    roleDescriptors: ROLES[edit.roles] ?? {},
    ...(expiration === null ? {} : { expiration }),
    rotation: {
      overlap,
      ...(request === null ? {} : { request }),
      ...(revokeRequest === null ? {} : { revokeRequest }),
    },
    secret: { template: TEMPLATES[edit.template] },
    ...(keyName === null ? {} : { keyName }),
    suspend,
    deletionPolicy: retain ? 'Retain' : 'Invalidate',
  };
}

const rarely = { arbitrary: fc.constant(true), weight: 1 };
const edit: fc.Arbitrary<Edit> = fc.record({
  roles: fc.constantFrom(0, 1),
  expiration: fc.constantFrom(null, '1h', '30d', '90d'),
  overlap: fc.constantFrom('1h', '0s', '5m', '2d'),
  request: fc.constantFrom(null, 'r1', 'r2'),
  revokeRequest: fc.constantFrom(null, 'v1', 'v2'),
  template: fc.constantFrom(0, 1, 2),
  keyName: fc.constantFrom(null, 'another'),
  suspend: fc.oneof({ arbitrary: fc.constant(false), weight: 7 }, rarely),
  retain: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, rarely),
});

export const firstEdit = edit.map((first) => ({ ...first, suspend: false }));

/** Histories that are mostly passes, so that most of what happens is answered before the next thing happens. */
export const history: fc.Arbitrary<readonly HistoryEvent[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('pass'), late: fc.boolean() }, { noNullPrototype: true }),
    },
    {
      weight: 3,
      arbitrary: fc.record(
        { type: fc.constant('pass'), late: fc.boolean(), killedAfter: fc.integer({ min: 1, max: 4 }) },
        { noNullPrototype: true },
      ),
    },
    { weight: 4, arbitrary: fc.constant({ type: 'look' } as const) },
    {
      weight: 5,
      arbitrary: fc.record(
        {
          type: fc.constant('time'),
          ms: fc.constantFrom(1_000, 3_000, 31_000, 301_000, 3_700_000, 864_000_000, 2_700_000_000),
        },
        { noNullPrototype: true },
      ),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('edit'), spec: edit }, { noNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('nonsense'), spec: fc.jsonValue() }, { noNullPrototype: true }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'restart' } as const) },
    {
      weight: 3,
      arbitrary: fc.record(
        { type: fc.constant('server'), what: fc.constantFrom(...SERVER_EVENTS) },
        { noNullPrototype: true },
      ),
    },
    {
      weight: 3,
      arbitrary: fc.record(
        { type: fc.constant('secret'), what: fc.constantFrom(...SECRET_EVENTS) },
        { noNullPrototype: true },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        { type: fc.constant('user'), name: fc.constantFrom('beatkeys', 'other'), manageApiKey: fc.boolean() },
        { noNullPrototype: true },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          type: fc.constant('journal'),
          part: fc.constantFrom(...(Object.keys(ANNOTATIONS) as (keyof typeof ANNOTATIONS)[])),
        },
        { noNullPrototype: true },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('lag'), ms: fc.constantFrom(0, 500, 2_000) }, { noNullPrototype: true }),
    },
  ),
  { maxLength: 40 },
) as fc.Arbitrary<readonly HistoryEvent[]>;
