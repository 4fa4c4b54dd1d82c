import { afterAll, expect, test } from 'vitest';
import type { WorkloadKind } from '../../src/core/workload.ts';
import type { Seen } from '../contract/fault-proxy.ts';
import { controlPlane } from '../testbed/current.ts';
import { openConsumed } from './consumers/open.ts';
import { podsOf, runs, untilOut } from './consumers/roll-out.ts';
import { consumed, staysWaiting, turn, untilRetired, untilWaitsFor } from './consumers/turn.ts';
import { openGate } from './trouble/gate.ts';
import { rounds } from './trouble/rounds.ts';

const gate = await openGate(controlPlane());
const trouble = await openConsumed({
  kubernetesURL: gate.url,
  // The lease of one that was killed has to run out.
  settings: {
    BEATKEYS_LEASE_DURATION: '20s',
    BEATKEYS_LEASE_RENEW_DEADLINE: '15s',
    BEATKEYS_LEASE_RETRY_PERIOD: '1s',
  },
});
const { site, world } = trouble;
const { objects } = site;
afterAll(async () => {
  await trouble.close();
  await gate[Symbol.asyncDispose]();
});

const restart = true;

/** What the operator asks of the API server during some intervals, but for its lease, once all that has happened is told. */
async function askedIn(count: number): Promise<readonly string[]> {
  // The list that shows it, the connection's numbers of keys after that, and one that was under way.
  await rounds(world.operator, 3);
  const before = gate.seen.length;
  await rounds(world.operator, count);
  const asked = gate.seen.slice(before).map(({ method, url }) => `${method} ${url.pathname}`);
  return asked.filter((request) => !request.includes('/leases/'));
}

test('when all consumers have moved on, nothing is asked of the API server any more', async () => {
  await Promise.all([
    runs(objects, 'DaemonSet', 'restarted'),
    runs(objects, 'StatefulSet', 'replaced'),
    runs(objects, 'Deployment', 'undone'),
    runs(objects, 'Deployment', 'idle', { spec: { replicas: 0 } }),
  ]);
  const turns = await Promise.all([
    turn(site, 'restarted', [{ kind: 'DaemonSet', name: 'restarted', restart }]),
    turn(site, 'replaced', [{ kind: 'StatefulSet', name: 'replaced' }]),
    turn(site, 'undone', [{ kind: 'Deployment', name: 'undone', restart }]),
    turn(site, 'idle', [{ kind: 'Deployment', name: 'idle', restart }]),
    turn(site, 'late', [{ kind: 'Deployment', name: 'late', restart }]),
  ]);
  await objects.kubectl(['rollout', 'restart', 'statefulset/replaced']);
  await runs(objects, 'Deployment', 'late');
  for (const each of turns) await untilRetired(site, each);
  // Takes the note away again, with pods that are new all the same.
  await objects.kubectl(['rollout', 'undo', 'deployment/undone']);
  const undone = await untilOut(objects, 'Deployment', 'undone');
  expect(undone.spec.template.metadata?.annotations).toBeUndefined();
  expect(await askedIn(2)).toEqual([]);
  expect((await objects.find('Deployment', 'undone'))?.metadata.generation).toBe(undone.metadata.generation);
});

test('while a consumer is waited for, it is looked at and nothing is written', async () => {
  await runs(objects, 'Deployment', 'lingering');
  const lingering = await turn(site, 'lingering', [{ kind: 'Deployment', name: 'lingering' }]);
  const absent = await turn(site, 'absent', [{ kind: 'Deployment', name: 'absent' }]);
  await untilWaitsFor(site, lingering, 'Deployment/lingering 0 of 2 pods');
  await untilWaitsFor(site, absent, 'Deployment/absent, which does not exist');
  const asked = await askedIn(2);
  expect(asked.filter((request) => !request.startsWith('GET'))).toEqual([]);
  expect(asked.some((request) => request.endsWith('/pods'))).toBe(true);
  expect(asked.filter((request) => request.endsWith('/absent'))).toEqual([]);

  const versions = async () =>
    Promise.all(
      ['lingering', 'absent'].flatMap((name) =>
        (['BeatApiKey', 'Secret'] as const).map(
          async (kind) => (await objects.find(kind, name))?.metadata.resourceVersion,
        ),
      ),
    );
  const before = await versions();
  await world.operator.stop();
  await world.startOperator();
  await staysWaiting(trouble, lingering, 'Deployment/lingering 0 of 2 pods');
  expect(await versions()).toEqual(before);

  await objects.kubectl(['rollout', 'restart', 'deployment/lingering']);
  await untilRetired(site, lingering);
  await runs(objects, 'Deployment', 'absent');
  await untilRetired(site, absent);
});

test('an operator that is killed in the middle restarts nothing a second time, and its successor goes on', async () => {
  const consumers = (kind: WorkloadKind, name: string) => [{ kind, name, restart }] as const;
  await runs(objects, 'DaemonSet', 'half-way', { spec: { updateStrategy: { type: 'OnDelete' } } });
  const halfWay = await turn(site, 'half-way', consumers('DaemonSet', 'half-way'));
  const [pod, ...others] = (await podsOf(objects, 'half-way')).map(({ metadata }) => metadata.name);
  await objects.kubectl(['delete', 'pod', pod ?? '']);
  const words = `DaemonSet/half-way 1 of ${1 + others.length} pods, whose pods are replaced when someone deletes them (OnDelete)`;
  await untilWaitsFor(site, halfWay, words);

  // One restart is not asked for yet, of another one the answer is on its way.
  const isRestartOf =
    (name: string) =>
    ({ method, url }: Seen): boolean =>
      method === 'PATCH' && url.pathname.endsWith(`/deployments/${name}`);
  const held = [gate.holdRequest(isRestartOf('asked')), gate.holdAnswer(isRestartOf('answered'))];
  const begun = ['asked', 'answered'].map(async (name) => {
    await runs(objects, 'Deployment', name);
    const first = await objects.issue(name, consumed(consumers('Deployment', name), { request: 'one' }));
    const old = await site.beat(name);
    await objects.applyKey(name, consumed(consumers('Deployment', name), { request: 'two' }));
    return { name, first, old };
  });
  const turns = await Promise.all(begun);
  await Promise.all(held);
  await world.operator.kill();
  await world.startOperator();

  for (const each of turns) {
    const second = await objects.rotated(each.name, each.first);
    await untilRetired(site, each);
    const { metadata, spec } = await untilOut(objects, 'Deployment', each.name);
    expect(metadata.generation).toBe(2);
    expect(spec.template.metadata?.annotations).toEqual({ [`beatkeys.dev/${each.name}`]: second.status?.keyID });
  }
  await staysWaiting(trouble, halfWay, words);
  await objects.kubectl(['delete', 'pods', ...others, '--wait=false']);
  await untilRetired(site, halfWay);
  expect((await objects.find('DaemonSet', 'half-way'))?.metadata.generation).toBe(2);
});
