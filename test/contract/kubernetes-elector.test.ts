import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Elector, type ElectorTimes } from '../../src/kubernetes/elector.ts';
import { LEASES, type Lease } from '../../src/kubernetes/resource.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';

const NAME = 'beatkeys';
/** For leaders that must stay, however slow the machine is; renewals are frequent. */
const STEADY: ElectorTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 100 };
/** For a lease that must run out. */
const QUICK: ElectorTimes = { leaseMs: 2_000, renewDeadlineMs: 1_500, retryMs: 200 };

interface Candidate {
  readonly elector: Elector;
  readonly events: string[];
  readonly stop: AbortController;
  readonly outcome: Promise<'released' | 'lost'>;
}

describe('candidates for a lease', () => {
  let proxy: FaultProxy;
  let faulty: Access;
  let direct: Access;
  let namespace: string;
  let remove: () => Promise<void>;
  let candidates: Candidate[];

  beforeEach(async () => {
    proxy = await startFaultProxy(controlPlane());
    faulty = openAccess({ url: proxy.url });
    direct = openAccess();
    ({ name: namespace, remove } = await createNamespace('elector'));
    candidates = [];
  });
  afterEach(async () => {
    proxy.fault = () => undefined;
    for (const { stop } of candidates) stop.abort();
    await Promise.all(candidates.map(({ outcome }) => outcome));
    await faulty[Symbol.asyncDispose]();
    await direct[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await remove();
  });

  function stand(identity: string, { client }: Access = direct, times = STEADY): Candidate {
    const events: string[] = [];
    const elector = new Elector(
      { client, clock: systemClock, now: () => Date.now() },
      {
        namespace,
        name: NAME,
        identity,
        times,
        onStarted: () => events.push('started'),
        onLost: () => events.push('lost'),
        onFailure: () => undefined,
      },
    );
    const stop = new AbortController();
    const candidate = { elector, events, stop, outcome: elector.run(stop.signal) };
    candidates.push(candidate);
    return candidate;
  }

  const lease = (): Promise<Lease | undefined> => direct.client.get({ resource: LEASES, namespace, name: NAME });
  const leads = ({ elector }: Candidate) => eventually(() => elector.leadingSince).toBeDefined();

  test('of two, one leads; when it stops it gives the lease back, and the other follows', async () => {
    const first = stand('first');
    await leads(first);
    const second = stand('second');
    expect(first.elector.remainingMs()).toBeGreaterThan(0);
    expect((await lease())?.spec).toMatchObject({
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect([second.elector.leadingSince, second.elector.remainingMs()]).toEqual([undefined, 0]);
    first.stop.abort();
    expect(await first.outcome).toBe('released');
    expect([first.elector.leadingSince, first.elector.remainingMs()]).toEqual([undefined, 0]);
    await leads(second);
    expect((await lease())?.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
    expect([first.events, second.events]).toEqual([['started'], ['started']]);
  });

  test('a leader goes on through a short disturbance', async () => {
    const leader = stand('leader', faulty);
    await leads(leader);
    let refused = 0;
    proxy.fault = () => {
      refused += 1;
      return refused <= 2 ? { status: 503 } : undefined;
    };
    const before = (await lease())?.metadata.resourceVersion;
    await eventually(async () => (await lease())?.metadata.resourceVersion).not.toBe(before);
    expect(leader.events).toEqual(['started']);
  });

  test('a leader goes on when the answer to a renewal was lost', async () => {
    const leader = stand('leader', faulty);
    await leads(leader);
    let lost = 0;
    proxy.fault = ({ method }) => {
      if (method !== 'PATCH') return undefined;
      lost += 1;
      return lost === 1 ? 'lose the answer' : undefined;
    };
    await eventually(() => lost).toBeGreaterThan(3);
    expect(leader.events).toEqual(['started']);
  });

  test('a leader that is cut off has stopped before another one starts', async () => {
    const leader = stand('leader', faulty, QUICK);
    await leads(leader);
    const heir = stand('heir', direct, QUICK);
    const order: string[] = [];
    void leader.outcome.then(() => order.push('lost'));
    proxy.fault = () => 'hang';
    await leads(heir).then(() => order.push('leads'));
    expect(await leader.outcome).toBe('lost');
    expect(order).toEqual(['lost', 'leads']);
    expect(leader.events).toEqual(['started', 'lost']);
    expect(leader.elector.remainingMs()).toBe(0);
  });

  test('a leader whose lease someone else has taken or deleted has lost it', async () => {
    const robbed = stand('robbed');
    await leads(robbed);
    const path = { resource: LEASES, namespace, name: NAME };
    await direct.client.mergePatch(path, { spec: { holderIdentity: 'thief' } }, { fieldManager: 'test' });
    expect(await robbed.outcome).toBe('lost');
    const { uid = '', resourceVersion = '' } = (await lease())?.metadata ?? {};
    await direct.client.remove(path, { uid, resourceVersion });
    const next = stand('next');
    await leads(next);
    const metadata = (await lease())?.metadata;
    // Renewals go on, so that the version at hand may be an old one.
    await eventually(async () => {
      const now = (await lease())?.metadata ?? metadata;
      return direct.client
        .remove(path, { uid: now?.uid ?? '', resourceVersion: now?.resourceVersion ?? '' })
        .catch(() => 'again');
    }).toBe('gone');
    expect(await next.outcome).toBe('lost');
  });
});

test.each([
  ['a lease as short as the renew deadline', { leaseMs: 10_000, renewDeadlineMs: 10_000, retryMs: 2_000 }],
  ['a renew deadline that a late retry may miss', { leaseMs: 15_000, renewDeadlineMs: 2_400, retryMs: 2_000 }],
  ['a lease that is not whole seconds', { leaseMs: 15_500, renewDeadlineMs: 10_000, retryMs: 2_000 }],
  ['no pause between tries', { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 0 }],
])('an elector refuses %s', async (_, times) => {
  const { client } = openAccess();
  const none = () => undefined;
  const options = { namespace: 'x', name: NAME, identity: 'x', times, onStarted: none, onLost: none, onFailure: none };
  expect(() => new Elector({ client, clock: systemClock, now: () => 0 }, options)).toThrow(RangeError);
});
