import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { makeBystanders } from './leaders/bystanders.ts';
import { untilGood } from './leaders/overlap.ts';
import { isInvalidation, isMint, wish } from './leaders/points.ts';
import { isOfLease, lease, openReplicas } from './leaders/replicas.ts';
import { watchStoredKeys } from './leaders/stored-keys.ts';
import { tellSeconds } from './leaders/takeover.ts';
import { beatApiKey, connection, reachedAt } from './manifests.ts';

/** Each has to wait for a lease to run out, so they do it at the same time. */
const [delayed, away] = await Promise.all([
  // An attempt may wait for its turn as long as it may by default.
  openReplicas({ settings: { ...lease(24, 22), BEATKEYS_ATTEMPT_LIMIT: '30s' } }),
  openReplicas({ settings: { ...lease(15, 12), BEATKEYS_ATTEMPT_LIMIT: '10s' } }),
]);

/** Of objects one of which gets its key every 5 s, whatever the time that the test itself takes. */
const QUEUE = Array.from({ length: 6 }, (_, index) => `queues-${index}`);
/** One of them is over every 3 s. */
const OVERLAPS = ['14s', '17s', '20s', '23s', '26s', '29s'];

describe('A leader whose renewals do not come through in time', { concurrent: true }, () => {
  const { site, elasticsearch, first } = delayed;
  const { objects, node, user } = site;
  const stored = watchStoredKeys(objects.namespace);
  afterAll(async () => {
    await stored[Symbol.asyncDispose]();
    await delayed.close();
  });

  test('begins nothing with less of the lease left than a request may take, and exits with 1', async () => {
    const [bystanders, heir] = await Promise.all([makeBystanders(site), delayed.standBy()]);
    const slow = { urls: [elasticsearch.url], limits: { createdKeysPerMinute: 12 } };
    const key = (name: string, spec: Partial<BeatApiKeySpec>) => beatApiKey(objects.namespace, name, spec);
    const retiring = OVERLAPS.map((overlap) => ({ name: `retires-${overlap}`, overlap }));
    await objects.apply(
      ...connection(objects.namespace, 'slow', reachedAt(elasticsearch.url, node), user, slow),
      ...retiring.map(({ name }) => key(name, wish())),
    );
    const replaced = await Promise.all(retiring.map(({ name }) => objects.ready(name)));
    await objects.apply(
      ...retiring.map(({ name, overlap }) => key(name, wish({ request: 'next', overlap }))),
      ...QUEUE.map((name) => key(name, { ...wish(), connectionRef: { name: 'slow' } })),
    );
    await Promise.all(replaced.map((object) => objects.rotated(object.metadata.name, object)));

    const renewals = first.kubernetes.holdEvery('request', isOfLease);
    const since = performance.now();
    // The last renewal was asked for before, and a request may take 10 s.
    await sleep(24_000 - 10_000);
    const effects = [...QUEUE.map(isMint), ...replaced.map(({ status }) => isInvalidation(status?.keyID ?? ''))];
    const late = elasticsearch.holdEvery('request', (request) => effects.some((matches) => matches(request)));
    const effect = late.reached.then(() => 'an effect');
    expect(await Promise.race([effect, first.operator.exitCode()])).toBe(1);
    await late.release();
    // Both a key whose turn had come and one whose time was over were due meanwhile.
    for (const name of ['queues', 'retires']) await first.operator.untilLine(new RegExp(`/${name}-.*LeaseShort`));

    await heir.operator.untilLine('leading');
    tellSeconds('leadsAfterLastRenewal', since);
    await renewals.release();
    const expectStored = async (name: string, count: number) =>
      expect(await stored.of(await untilGood(site, name))).toHaveLength(count);
    await Promise.all([
      ...QUEUE.map((name) => expectStored(name, 1)),
      ...retiring.map(({ name }) => expectStored(name, 2)),
    ]);
    expect(await heir.operator.count('leader_election_master_status')).toBe(1);
    await bystanders.expectUntouched();
  });
});

describe('A leader for which the API server is away longer than its lease', { concurrent: true }, () => {
  const { site, elasticsearch, first } = away;
  const { objects } = site;
  const stored = watchStoredKeys(objects.namespace);
  afterAll(async () => {
    await stored[Symbol.asyncDispose]();
    await away.close();
  });

  test('exits with 1, its key is taken back, and the next one finishes what was begun', async () => {
    const [bystanders, heir] = await Promise.all([makeBystanders(site), away.standBy()]);
    const minted = elasticsearch.holdEvery('answer', isMint('begun'));
    await objects.applyKey('begun', wish());
    await minted.reached;
    const since = performance.now();
    await first.kubernetes[Symbol.asyncDispose]();
    await minted.release();
    await objects.applyKey('meanwhile', wish());
    expect(await first.operator.exitCode()).toBe(1);
    await heir.operator.untilLine('leading');
    tellSeconds('leadsAfterCut', since);
    const again = await away.standBy();
    for (const name of ['begun', 'meanwhile']) expect(await stored.of(await untilGood(site, name))).toHaveLength(1);
    expect(await again.operator.readiness()).toBe(200);
    await bystanders.expectUntouched();
  });
});
