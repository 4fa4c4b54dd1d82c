import { fc } from '@fast-check/vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import {
  CONSUMERS,
  SECRET_EVENTS,
  SERVER_EVENTS,
  WORKLOAD_EVENTS,
  WORKLOADS,
  type Edit,
  type HistoryEvent,
} from './history.ts';
import { ORPHAN_KINDS } from './model-orphans.ts';

const plain = { noNullPrototype: true } as const;

const mostlyFalse = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ arbitrary: fc.constant(false), weight }, { arbitrary: fc.constant(true), weight: 1 });

const edit: fc.Arbitrary<Edit> = fc.record({
  roles: fc.constantFrom(0, 1),
  expiration: fc.constantFrom(null, '1h', '30d', '90d'),
  overlap: fc.constantFrom('1h', '0s', '5m', '2d'),
  request: fc.constantFrom(null, 'r1', 'r2'),
  revokeRequest: fc.constantFrom(null, 'v1', 'v2'),
  template: fc.constantFrom(0, 1, 2),
  keyName: fc.constantFrom(null, 'another'),
  suspend: mostlyFalse(7),
  retain: mostlyFalse(4),
  consumers: fc.constantFrom(...CONSUMERS.keys()),
  early: mostlyFalse(2),
});

export const firstEdit = edit.map((first) => ({ ...first, suspend: false }));

/** One kind of event, its details given by arbitraries. */
const kind = <T extends HistoryEvent['type']>(
  type: T,
  details: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<HistoryEvent> =>
  fc.record({ type: fc.constant(type), ...details }, plain) as fc.Arbitrary<HistoryEvent>;

const events = {
  pass: kind('pass', { late: fc.boolean() }),
  killedPass: kind('pass', { late: fc.boolean(), killedAfter: fc.integer({ min: 1, max: 5 }) }),
  look: kind('look'),
  restart: kind('restart'),
  quiet: kind('quiet', { ms: fc.constantFrom(0, 3_700_000, 864_000_000) }),
  time: kind('time', {
    ms: fc.constantFrom(300, 1_000, 3_000, 31_000, 301_000, 3_700_000, 864_000_000, 2_700_000_000),
  }),
  edit: kind('edit', { spec: edit }),
  name: kind('change', { part: fc.record({ consumers: edit.map(({ consumers }) => consumers) }, plain) }),
  request: kind('change', { part: fc.record({ request: fc.constantFrom('r1', 'r2', 'r3') }, plain) }),
  nonsense: kind('nonsense', { spec: fc.jsonValue() }),
  server: kind('server', { what: fc.constantFrom(...SERVER_EVENTS) }),
  user: kind('user', { name: fc.constantFrom('beatkeys', 'other'), manageApiKey: fc.boolean() }),
  lag: kind('lag', { ms: fc.constantFrom(0, 500, 2_000) }),
  secret: kind('secret', { what: fc.constantFrom(...SECRET_EVENTS) }),
  journal: kind('journal', { part: fc.constantFrom(...(Object.keys(ANNOTATIONS) as (keyof typeof ANNOTATIONS)[])) }),
  workload: kind('workload', {
    which: fc.constantFrom(...WORKLOADS.keys()),
    what: fc.constantFrom(...WORKLOAD_EVENTS),
  }),
  rollOut: kind('rollOut', { steps: fc.integer({ min: 1, max: 12 }) }),
  orphan: kind('orphan', { kind: fc.constantFrom(...ORPHAN_KINDS) }),
};

type History = readonly HistoryEvent[];

function historyOf(weights: Readonly<Partial<Record<keyof typeof events, number>>>, maxLength: number) {
  const weighted = Object.entries(weights).map(([name, weight]) => ({
    weight,
    arbitrary: events[name as keyof typeof events],
  }));
  return fc.array(fc.oneof(...weighted), { maxLength, size: 'max' });
}

/** Mostly passes, so that most of what happens is answered before the next thing happens. */
const troubled = historyOf(
  {
    ...{ pass: 8, killedPass: 3, look: 4, time: 5, edit: 2, server: 3, secret: 3, rollOut: 5, workload: 3, quiet: 3 },
    ...{ name: 1, request: 1, nonsense: 1, restart: 1, orphan: 1, user: 1, journal: 1, lag: 1 },
  },
  40,
);

/** Rotations and roll-outs that come to an end, with trouble now and then. */
const rollingOut = historyOf(
  { quiet: 6, request: 4, name: 2, edit: 1, workload: 4, rollOut: 3, pass: 3, time: 2, killedPass: 1, secret: 1 },
  16,
);

export const history: fc.Arbitrary<History> = fc.oneof(troubled, rollingOut);
