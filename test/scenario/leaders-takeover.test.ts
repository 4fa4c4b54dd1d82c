import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeBystanders, type Bystanders } from './leaders/bystanders.ts';
import { untilGood } from './leaders/overlap.ts';
import { isMint, wish } from './leaders/points.ts';
import { isOfLease, lease, openReplicas, type Replica } from './leaders/replicas.ts';
import { watchStoredKeys } from './leaders/stored-keys.ts';
import { tellSeconds } from './leaders/takeover.ts';

const replicas = await openReplicas({ settings: lease(15, 12, 2) });
const { site, elasticsearch, first } = replicas;
const { objects } = site;

describe('A standby', () => {
  const stored = watchStoredKeys(objects.namespace);
  let bystanders: Bystanders;
  let second: Replica;
  beforeAll(async () => {
    [bystanders, second] = await Promise.all([makeBystanders(site), replicas.standBy()]);
  });
  afterAll(async () => {
    await stored[Symbol.asyncDispose]();
    await replicas.close();
  });

  test('is ready, but writes nothing and asks nothing of Elasticsearch', async () => {
    const { operator, kubernetes } = second;
    await objects.issue('seen', wish());
    const looks = () => kubernetes.seen.filter(isOfLease).length;
    const [before, enough] = [looks(), 3];
    await vi.waitFor(() => expect(looks()).toBeGreaterThanOrEqual(before + enough), { timeout: 90_000 });
    expect(await operator.readiness()).toBe(200);
    expect(await operator.count('leader_election_master_status')).toBe(0);
    expect(await operator.count('beatkeys_requests_total', { system: 'Elasticsearch' })).toBe(0);
    // What it may do is asked in a POST, and kept nowhere.
    const posted = kubernetes.seen.filter(({ method }) => method !== 'GET').map(({ url }) => url.pathname);
    expect(posted.filter((path) => !path.startsWith('/apis/authorization.k8s.io/v1/selfsubject'))).toEqual([]);
  });

  test('leads when the leader is told to stop, does what comes meanwhile, and reads no list again', async () => {
    const { operator, kubernetes } = second;
    const calm = await objects.ready('seen');
    const { length } = kubernetes.seen;
    const since = performance.now();
    const leads = operator.untilLine('leading').then(() => tellSeconds('leadsAfterStop', since));
    await Promise.all([first.operator.stop(), objects.applyKey('meanwhile', wish()), leads]);
    await objects.ready('meanwhile');
    tellSeconds('readyAfterStop', since);
    const object = await untilGood(site, 'meanwhile');
    expect(await stored.of(object)).toHaveLength(1);
    const lists = kubernetes.seen.slice(length).filter(({ url }) => url.searchParams.has('limit'));
    expect(lists).toEqual([]);
    expect((await objects.find('BeatApiKey', 'seen'))?.metadata.resourceVersion).toBe(calm.metadata.resourceVersion);
  });

  test('leads when the lease of a leader that was killed is over, and finishes what was begun', async () => {
    const third = await replicas.standBy();
    const minted = elasticsearch.holdEvery('answer', isMint('half-made'));
    await objects.applyKey('half-made', wish());
    await minted.reached;
    const since = performance.now();
    await second.operator.kill();
    await minted.release();
    await third.operator.untilLine('leading');
    tellSeconds('leadsAfterKill', since);
    await objects.ready('half-made');
    tellSeconds('readyAfterKill', since);
    const object = await untilGood(site, 'half-made');
    expect(await stored.of(object)).toHaveLength(1);
    expect((await site.keys(object)).length).toBeGreaterThan(1);
    for (const name of ['seen', 'meanwhile']) expect(await stored.of(await untilGood(site, name))).toHaveLength(1);
    await bystanders.expectUntouched();
  });
});
