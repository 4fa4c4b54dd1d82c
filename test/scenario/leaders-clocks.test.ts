import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { makeBystanders, type Bystanders } from './leaders/bystanders.ts';
import { untilGood } from './leaders/overlap.ts';
import { current, wish } from './leaders/points.ts';
import { lease, openReplicas, type Replica } from './leaders/replicas.ts';
import { watchStoredKeys } from './leaders/stored-keys.ts';
import { beatApiKey } from './manifests.ts';
import { rounds } from './trouble/rounds.ts';

const MINUTES = 17;
/** Settings of a process whose wall clock is wrong by so many minutes. */
const wrongBy = (minutes: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(path.resolve(import.meta.dirname, 'leaders/shift-clock.ts')).href}`,
  BEATKEYS_TEST_CLOCK_MINUTES: String(minutes),
});
/** What two readings of the API server's clock may be apart, which tells whole seconds; milliseconds. */
const RESOLUTION = 2_000;

const replicas = await openReplicas({ settings: { ...lease(15, 12), ...wrongBy(MINUTES) } });
const { site, first: ahead } = replicas;
const { objects } = site;

/** What clocks make a difference to. */
const LIVES: Readonly<Record<string, Partial<BeatApiKeySpec>>> = {
  // Due in ten minutes at most.
  calm: { ...wish(), expiration: '20m', rotation: { renewBefore: '10m' } },
  // Due when a tenth of the lifetime is over, or a little later, and again.
  renewed: { ...wish(), expiration: '100s', rotation: { renewBefore: '85s', overlap: '3s' } },
  retired: wish({ overlap: '5s' }),
  'handed-over': wish({ overlap: '30s' }),
};

describe('Of two processes with clocks that are wrong in opposite directions', () => {
  const stored = watchStoredKeys(objects.namespace);
  let bystanders: Bystanders;
  let behind: Replica;
  beforeAll(async () => {
    [bystanders, behind] = await Promise.all([makeBystanders(site), replicas.standBy(wrongBy(-MINUTES))]);
    const apply = (lives: typeof LIVES) =>
      objects.apply(...Object.entries(lives).map(([name, spec]) => beatApiKey(objects.namespace, name, spec)));
    await apply(LIVES);
    await Promise.all(Object.keys(LIVES).map((name) => objects.ready(name)));
    await apply({
      retired: wish({ request: 'next', overlap: '5s' }),
      'handed-over': wish({ request: 'next', overlap: '30s' }),
    });
  });
  afterAll(async () => {
    await stored[Symbol.asyncDispose]();
    await replicas.close();
  });

  const saysItLeads = ({ operator }: Replica): boolean => operator.lines.some((line) => line.includes('"leading"'));

  /** From the birth of a key's successor to its own death, by Elasticsearch's clock, milliseconds. */
  async function overlap(name: string): Promise<number> {
    const keys = await site.keys(await current(site, name));
    const [old, next] = keys.toSorted((one, other) => one.creation - other.creation);
    expect(keys).toHaveLength(2);
    return (old?.invalidation ?? Infinity) - (next?.creation ?? 0);
  }

  test('one leads, and renews and retires in time', async () => {
    const first = await objects.ready('renewed');
    const next = await objects.rotated('renewed', first);
    const [one = NaN, two = NaN] = (await site.keys(next)).map(({ creation }) => creation).toSorted((a, b) => a - b);
    expect(two - one).toBeGreaterThan(10_000 - RESOLUTION);
    await untilGood(site, 'retired');
    expect(await overlap('retired')).toBeGreaterThan(5_000 - RESOLUTION);
    expect(saysItLeads(behind)).toBe(false);
  });

  test('the other goes on by the same time', async () => {
    await ahead.operator.kill();
    await behind.operator.untilLine('leading');
    const renewed = await objects.ready('renewed');
    await untilGood(site, 'handed-over');
    expect(await overlap('handed-over')).toBeGreaterThan(30_000 - RESOLUTION);
    await objects.rotated('renewed', renewed);
  });

  test('none does what the other did, and a process with the right time has nothing to do after them', async () => {
    const right = await replicas.standBy(wrongBy(0));
    await objects.remove('BeatApiKey', 'renewed');
    await objects.untilGone('BeatApiKey', 'renewed');
    await behind.operator.stop();
    await right.operator.untilLine('leading');
    await rounds(right.operator, 1);
    const counts = { calm: 1, retired: 2, 'handed-over': 2 };
    for (const [name, count] of Object.entries(counts))
      expect(await stored.of(await untilGood(site, name))).toHaveLength(count);
    expect(await right.operator.count('beatkeys_keys_created_total')).toBe(0);
    await bystanders.expectUntouched();
  });
});
