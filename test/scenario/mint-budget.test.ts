import { afterAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { condition } from './objects.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';

/** Something alters a Secret, or kills its key, again and again: the keys that follow from that have a bound. */

/** Keys that nobody planned, for one object within an hour. */
const BUDGET = 5;
const UNPLANNED = ['SecretAltered', 'SecretMissing', 'KeyInvalid'];

const { world, site, close } = await openTrouble({
  settings: {
    // An attempt that is given up, since the machine is busy, leaves a key behind that counts.
    BEATKEYS_ATTEMPT_LIMIT: '30s',
    // The lease of one that was killed has to run out.
    BEATKEYS_LEASE_DURATION: '20s',
    BEATKEYS_LEASE_RENEW_DEADLINE: '15s',
    BEATKEYS_LEASE_RETRY_PERIOD: '1s',
  },
});
afterAll(close);
const { objects, node } = site;

const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '1s' } };
const alter = (name: string) => objects.patch('Secret', name, { data: { key: btoa('not-the-key-at-all') } });

/** How many of all keys that were ever made for the object Elasticsearch says were made for one of these reasons. */
async function made(object: BeatApiKey, reasons: readonly string[]): Promise<number> {
  const marks = (await site.keys(object)).map(({ metadata }) => metadata['beatkeys'] as { readonly reason: string });
  return marks.filter(({ reason }) => reasons.includes(reason)).length;
}

/** Alters the Secret so often, and waits for the new key each time. */
async function alterAndMend(name: string, from: BeatApiKey, times: number): Promise<BeatApiKey> {
  let current = from;
  for (let time = 0; time < times; time++) {
    await alter(name);
    current = await objects.rotated(name, current);
    expect(current.status?.lastRotation?.reason).toBe('SecretAltered');
  }
  return current;
}

describe('A Secret that is altered again and again', () => {
  let current: BeatApiKey;

  test('costs five keys within an hour, although the operator is killed between them', async () => {
    current = await alterAndMend('haunted', await objects.issue('haunted', spec), 3);
    await world.operator.kill();
    await world.startOperator();
    current = await alterAndMend('haunted', current, BUDGET - 3);
    await alter('haunted');
    const refused = await objects.refused('haunted', 'MintBudgetExceeded');
    expect(condition(refused, 'Stalled')).toMatchObject({ status: 'True', reason: 'MintBudgetExceeded' });
    const told = await objects.kubectl(['describe', 'beatapikey', 'haunted']);
    expect(told).toContain(`${BUDGET} keys had to be made without plan within an hour (SecretAltered ${BUDGET})`);
    expect(told).toMatch(
      /find what alters the Secret, invalidates its key or breaks attempts off half-way; the next one is made after \S+Z, or when the spec changes/,
    );
    await rounds(world.operator, 2);
    expect(await made(current, UNPLANNED)).toBe(BUDGET);
  });

  test('is mended when the spec changes, which gives room for more', async () => {
    await objects.applyKey('haunted', { ...spec, metadata: { looked: 'into' } });
    const mended = await objects.rotated('haunted', current);
    expect(await (await site.beat('haunted')).authenticate()).toBe(200);
    await alterAndMend('haunted', mended, 2);
    expect(await made(current, UNPLANNED)).toBe(BUDGET + 3);
  });
});

describe('Of the keys within an hour', { concurrent: true }, () => {
  test('planned ones do not count', async () => {
    const life = { ...spec, expiration: '40s', rotation: { renewBefore: '36s', overlap: '1s' } };
    let renewed = await objects.issue('renewed', life);
    for (let turn = 0; turn < BUDGET; turn++) renewed = await objects.rotated('renewed', renewed);
    // All for one and the same spec, or the next test of the count would begin at nothing.
    expect(await made(renewed, ['Expiring'])).toBeGreaterThanOrEqual(BUDGET);
    expect(renewed.metadata.generation).toBe(1);
    // A renewal may mend the Secret before anybody looks at it: then it is altered once more.
    const mended = async () => {
      await alter('renewed');
      expect(await made(renewed, ['SecretAltered'])).toBeGreaterThan(0);
    };
    await vi.waitFor(mended, { timeout: 90_000, interval: 2_000 });
    await objects.remove('BeatApiKey', 'renewed');
    await objects.untilGone('BeatApiKey', 'renewed');
  });

  test('those for a dead key, a missing and an altered Secret count together', async () => {
    let current = await objects.issue('mixed', spec);
    const kill = async () => {
      await site.keys(current);
      await node.request('DELETE', '/_security/api_key', { ids: [current.status?.keyID] });
    };
    const harms = [kill, () => objects.remove('Secret', 'mixed'), () => alter('mixed'), kill, kill];
    for (const harm of harms) {
      await harm();
      current = await objects.rotated('mixed', current);
    }
    await kill();
    const refused = await objects.refused('mixed', 'MintBudgetExceeded');
    for (const part of ['KeyInvalid 3', 'SecretMissing 1', 'SecretAltered 1'])
      expect(condition(refused, 'Ready')?.message).toContain(part);
    expect(await made(current, UNPLANNED)).toBe(BUDGET);
  });
});
