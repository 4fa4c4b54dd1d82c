import { afterAll, describe, expect, test } from 'vitest';
import { CASES, letPodsGo } from './consumers/cases.ts';
import { podsOf, runs, untilOut } from './consumers/roll-out.ts';
import { consumed, expectWell, staysWaiting, turn, untilRetired, untilWaitsFor } from './consumers/turn.ts';
import { openConsumed } from './consumers/open.ts';

const trouble = await openConsumed();
const { site } = trouble;
const { objects } = site;
afterAll(async () => {
  for (const { name } of CASES) await letPodsGo(objects, name);
  await trouble.close();
});

const restart = true;

describe('A replaced key', { concurrent: true }, () => {
  test('that waits is the only one: it goes when its successor cannot wait any longer either, and an event says so', async () => {
    const name = 'crowded';
    const consumers = [{ kind: 'Deployment', name: 'nowhere' }] as const;
    const spec = { ...consumed(consumers, { renewBefore: '54s' }), expiration: '60s' };
    const first = await objects.issue(name, spec);
    const old = await site.beat(name);
    const second = await objects.rotated(name, first);
    const words = 'Deployment/nowhere, which does not exist';
    await untilWaitsFor(site, { name, first, second, old }, words);
    const third = await objects.rotated(name, second);
    expectWell(third);
    expect(third.status?.lastRotation?.reason).toBe('Expiring');
    expect(third.status?.retiring?.map(({ keyID }) => keyID)).toEqual([second.status?.keyID]);
    const { renewalTime = '', expirationTime = '' } = second.status ?? {};
    const halfWay = (Date.parse(renewalTime) + Date.parse(expirationTime)) / 2;
    // Whole seconds, cut off.
    expect(Date.parse(third.status?.creationTime ?? '') + 2000).toBeGreaterThan(halfWay);
    expect(await objects.event(name, 'RetirementForced')).toBe(
      `invalidated although consumers may use them still, since the key after them had to be replaced: ${first.status?.keyID}`,
    );
    expect(await old.authenticate()).toBe(401);
    await untilWaitsFor(site, { name, first: second, second: third, old }, words);
    await objects.remove('BeatApiKey', name);
    await objects.untilGone('BeatApiKey', name);
  });

  test.each(CASES)('waits with words for a consumer that is $name, and goes when that is mended', async (row) => {
    const { name, kind, options } = row;
    if (options !== undefined) await runs(objects, kind, name, options);
    await row.before?.(objects);
    const replaced = await turn(site, name, [{ kind, name, ...(row.restart === true ? { restart } : {}) }]);
    await row.after?.(objects);
    const { desiredNumberScheduled } = (await objects.find(kind, name))?.status ?? {};
    const words = row.words.replace('N', String(desiredNumberScheduled));
    await untilWaitsFor(site, replaced, words);
    await staysWaiting(trouble, replaced, words);
    await row.mend(objects);
    await untilRetired(site, replaced);
  });

  test.each([
    ['DaemonSet', 'nodeless', { pod: { nodeSelector: { 'beatkeys.test/no-such-node': 'true' } } }],
    ['Deployment', 'scaled-down', { spec: { replicas: 0 } }],
    ['StatefulSet', 'scaled-to-none', { spec: { replicas: 0 } }],
  ] as const)('does not wait for a %s without pods (%s): those to come take the new one up', async (...row) => {
    const [kind, name, options] = row;
    await runs(objects, kind, name, options);
    const replaced = await turn(site, name, [{ kind, name, restart }]);
    await untilRetired(site, replaced);
    expect(await podsOf(objects, name)).toEqual([]);
    const { spec } = await untilOut(objects, kind, name);
    expect(spec.template.metadata?.annotations).toEqual({ [`beatkeys.dev/${name}`]: replaced.second.status?.keyID });
  });

  test('waits while a consumer is away, and goes without one that is no consumer any more', async () => {
    const name = 'deleted';
    await runs(objects, 'Deployment', name);
    const replaced = await turn(site, name, [{ kind: 'Deployment', name }]);
    await untilWaitsFor(site, replaced, 'Deployment/deleted 0 of 2 pods');
    await objects.remove('Deployment', name);
    const words = 'Deployment/deleted, which does not exist';
    await untilWaitsFor(site, replaced, words);
    await staysWaiting(trouble, replaced, words);
    await objects.applyKey(name, consumed([], { request: 'two' }));
    await untilRetired(site, replaced);
  });

  test('waits for every consumer, and names one of those that it waits for', async () => {
    const name = 'several';
    await runs(objects, 'StatefulSet', name);
    const { status } = await runs(objects, 'DaemonSet', name);
    const consumers = (['StatefulSet', 'DaemonSet', 'Deployment'] as const).map((kind) => ({ kind, name }));
    const replaced = await turn(site, name, consumers);
    // Pods are not looked at while it is clear without that the key has to wait.
    await untilWaitsFor(site, replaced, 'Deployment/several, which does not exist');
    await runs(objects, 'Deployment', name);
    await untilWaitsFor(site, replaced, 'StatefulSet/several 0 of 2 pods');
    await objects.kubectl(['rollout', 'restart', 'statefulset/several']);
    const last = `DaemonSet/several 0 of ${status?.desiredNumberScheduled} pods`;
    await untilWaitsFor(site, replaced, last);
    await staysWaiting(trouble, replaced, last);
    await objects.kubectl(['rollout', 'restart', 'daemonset/several']);
    await untilRetired(site, replaced);
  });
});
