import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beatApiKey } from './manifests.ts';
import { arrange, points, untilGood, type Overlap } from './leaders/overlap.ts';
import { wish } from './leaders/points.ts';
import { isOfLease, lease, openReplicas, type Replica } from './leaders/replicas.ts';

/** So long that a process of which nobody asks anything else goes on to believe that it leads. */
const replicas = await openReplicas({ settings: lease(240, 180) });
const { site } = replicas;

/** Whether a process believes that it leads. */
const leads = async ({ operator }: Replica): Promise<boolean> =>
  (await operator.count('leader_election_master_status')) === 1;

const stack = new AsyncDisposableStack();
stack.defer(() => replicas.close());

describe('Two processes that both believe that they lead', () => {
  let overlap: Overlap;
  let both: readonly boolean[];
  const crowd = Array.from({ length: 16 }, (_, index) => `crowd-${index}`);
  const all = async (request?: string) =>
    site.objects.apply(
      ...crowd.map((name) => beatApiKey(site.objects.namespace, name, wish(request === undefined ? {} : { request }))),
    );
  beforeAll(async () => {
    overlap = stack.use(await arrange(replicas));
    const { former, heir } = overlap;
    const renewals = former.kubernetes.holdEvery('request', isOfLease);
    await renewals.reached;
    const inherited = overlap.inherit();
    await replicas.takeLeaseAway();
    await heir.operator.untilLine('leading');
    await inherited;
    await overlap.release();
    await all();
    const first = await Promise.all(crowd.map((name) => site.objects.ready(name)));
    await all('next');
    await Promise.all(first.map((object) => site.objects.rotated(object.metadata.name, object)));
    both = await Promise.all([former, heir].map(leads));
    await renewals.release();
  });
  afterAll(() => stack.disposeAsync());

  test('did so until the one that had lost its Lease heard of it, and exited with 1', async () => {
    expect(both).toEqual([true, true]);
    expect(await overlap.former.operator.exitCode()).toBe(1);
  });

  test.each(points.map((point) => [point.what, point] as const))(
    'while %s: one key lives in the end, and none was stored twice',
    (_what, point) => overlap.expectWell(point),
  );

  test('give each of many objects one key, and another when it asks for one', async () => {
    const objects = await Promise.all(crowd.map((name) => untilGood(site, name)));
    const stored = await Promise.all(objects.map((object) => overlap.stored.of(object)));
    expect(stored.map((ids) => ids.length)).toEqual(crowd.map(() => 2));
  });

  test('leave what is not their own as it is', () => overlap.bystanders.expectUntouched());
});
