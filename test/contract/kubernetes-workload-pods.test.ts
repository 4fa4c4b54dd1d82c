import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Workload, WorkloadKind, WorkloadPlace } from '../../src/core/workload.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { FollowedWorkloads } from '../../src/kubernetes/workloads.ts';
import { uniqueName } from '../testbed/current.ts';
import type { Seen } from './fault-proxy.ts';
import { openWorkloadSite, patiently, type Shape, type WorkloadSite } from './workload-site.ts';

const KINDS: readonly WorkloadKind[] = ['DaemonSet', 'Deployment', 'StatefulSet'];
const ANNOTATION = 'beatkeys.dev/filebeat';
/** Keeps a pod that is being deleted. */
const HOLD = 'beatkeys.test/hold';

let site: WorkloadSite;
let name: string;

beforeAll(async () => {
  site = await openWorkloadSite();
  site.workloads.follow(KINDS);
  site.run();
});
afterAll(() => site[Symbol.asyncDispose]());
beforeEach(() => void (name = uniqueName('w')));

/** Makes a workload and waits until all of its pods are available. */
async function rolledOut(kind: WorkloadKind, shape: Shape = {}, named = name): Promise<Workload> {
  const place = await site.apply(kind, named, shape);
  const { desired } = await site.until(place, { observed: true });
  return complete(place, desired);
}
const complete = (place: WorkloadPlace, desired: number) =>
  site.until(place, { observed: true, desired, updated: desired, available: desired });
const namesOf = async (workload: Workload) => (await site.workloads.pods(workload)).map((pod) => pod.name).toSorted();

interface Listed {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly creationTimestamp: string;
    };
  }[];
}
async function listed(app: string): Promise<Listed['items']> {
  const list = JSON.parse(await site.kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'json')) as Listed;
  return list.items;
}
const terminating = async (): Promise<string[]> =>
  (await listed(name)).filter(({ metadata }) => 'deletionTimestamp' in metadata).map(({ metadata }) => metadata.name);
const withoutKey = async (workload: Workload) =>
  (await site.workloads.pods(workload))
    .filter(({ keyIDs }) => keyIDs[ANNOTATION] === undefined)
    .map((pod) => pod.name)
    .toSorted();
const podLists = () => site.proxy.seen.filter(({ method, url }) => method === 'GET' && url.pathname.endsWith('/pods'));

const hold = (pod: string, held: boolean) =>
  site.kubectl(
    ...['patch', 'pod', pod, '--type=merge', '-p'],
    JSON.stringify({ metadata: { finalizers: held ? [HOLD] : null } }),
  );
const end = (pod: string, phase: string) =>
  site.kubectl(
    ...['patch', 'pod', pod, '--subresource=status', '--type=merge', '-p'],
    JSON.stringify({ status: { phase } }),
  );

/** Removes a workload whose pods are held. */
async function clear(kind: WorkloadKind): Promise<void> {
  await site.kubectl('delete', kind, name, '--cascade=foreground', '--wait=false');
  await patiently(async () => {
    for (const { metadata } of await listed(name)) await hold(metadata.name, false);
    return listed(name);
  }).toEqual([]);
}

describe.each(KINDS)('the pods of a %s', (kind) => {
  test('are those that it controls, although others match its selector', async () => {
    const canaryLabels = { app: name, track: 'canary' };
    const canary = await rolledOut(kind, { podLabels: canaryLabels }, `${name}-canary`);
    const workload = await rolledOut(kind);
    const { uid } = (
      JSON.parse(await site.kubectl('get', 'configmap', 'kube-root-ca.crt', '-o', 'json')) as {
        metadata: { uid: string };
      }
    ).metadata;
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt', uid, controller: true };
    const spec = { containers: [{ name: 'beat', image: 'registry.invalid/beat' }] };
    const metadata = { name: `${name}-other`, labels: { app: name }, ownerReferences: [other] };
    await site.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec });

    const all = await listed(name);
    const of = (end: RegExp) =>
      all
        .map((pod) => pod.metadata.name)
        .filter((each) => end.test(each))
        .toSorted();
    expect(await namesOf(canary)).toEqual(of(/-canary-/));
    expect(await namesOf(workload)).toEqual(of(/^w-[0-9a-f]+-(?!canary|other)/));
    expect(await namesOf(workload)).toHaveLength(workload.desired);
    expect(all).toHaveLength(workload.desired + canary.desired + 1);
  });

  test('are told with their time and their key ids, and asked for as metadata, as they are now', async () => {
    const shape = { podAnnotations: { [ANNOTATION]: 'K1', 'example.com/note': 'x' } };
    const workload = await rolledOut(kind, shape);
    const before = podLists().length;
    const pods = await site.workloads.pods(workload);
    const times = new Map((await listed(name)).map((pod) => [pod.metadata.name, pod.metadata.creationTimestamp]));
    expect(pods).toHaveLength(workload.desired);
    for (const pod of pods) {
      expect(pod.keyIDs).toEqual({ [ANNOTATION]: 'K1' });
      expect(pod.created).toBe(Date.parse(times.get(pod.name) ?? ''));
    }
    const requests = podLists().slice(before);
    expect(requests).toHaveLength(1);
    const [{ url, headers }] = requests as [Seen];
    expect(headers.accept).toContain('PartialObjectMetadataList');
    expect(url.searchParams.has('resourceVersion')).toBe(false);
    expect(url.searchParams.get('labelSelector')).toBe(`app=${name}`);
  });

  test('that have ended are left out', async () => {
    const workload = await rolledOut(kind);
    const [failed, succeeded] = (await namesOf(workload)) as [string, string];
    // Their names stay for as long as they are held; a StatefulSet and a DaemonSet replace them by deleting them.
    for (const pod of [failed, succeeded]) await hold(pod, true);
    await end(failed, 'Failed');
    await end(succeeded, 'Succeeded');
    try {
      const left = await namesOf(workload);
      expect(left).not.toContain(failed);
      expect(left).not.toContain(succeeded);
      expect((await listed(name)).map((pod) => pod.metadata.name)).toEqual(expect.arrayContaining([failed, succeeded]));
    } finally {
      for (const pod of [failed, succeeded]) await hold(pod, false);
    }
    await patiently(async () => (await namesOf(workload)).length).toBe(workload.desired);
  });

  test('that are being deleted count until they are gone', async () => {
    const workload = await rolledOut(kind, { podFinalizers: [HOLD] });
    try {
      const old = await namesOf(workload);
      const restarted = await site.workloads.restart(workload, ANNOTATION, 'K1');
      // A Deployment goes on beside them, the others wait for the first to be gone.
      if (kind === 'Deployment') await complete(restarted, workload.desired);
      else await site.until(restarted, { observed: true });
      await patiently(async () => (await terminating()).length).toBeGreaterThan(0);
      expect(await withoutKey(restarted)).toEqual(old);
      await patiently(async () => {
        for (const pod of await terminating()) await hold(pod, false);
        return withoutKey(restarted);
      }).toEqual([]);
      await complete(restarted, workload.desired);
    } finally {
      await clear(kind);
    }
  });
});

test('are found by every form of a selector', async () => {
  const podLabels = { app: name, tier: 'front', empty: '' };
  const selector = {
    matchLabels: { app: name, empty: '' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['back', 'front'] },
      { key: 'track', operator: 'NotIn', values: ['canary', ''] },
      { key: 'app', operator: 'Exists' },
      { key: 'retired', operator: 'DoesNotExist' },
    ],
  };
  const workload = await rolledOut('Deployment', { podLabels, spec: { selector, replicas: 2 } });
  expect(await site.workloads.pods(workload)).toHaveLength(2);
});

test('are found where the name of the Deployment is longer than its ReplicaSet can have', async () => {
  const long = `${name}-${'x'.repeat(252 - name.length)}`;
  const workload = await rolledOut('Deployment', { podLabels: { app: name } }, long);
  const set = await site.kubectl('get', 'replicaset', '-l', `app=${name}`, '-o', 'jsonpath={.items[0].metadata.name}');
  expect(set.startsWith(long)).toBe(false);
  expect(await site.workloads.pods(workload)).toHaveLength(2);
});

test('are found where the Deployment has adopted the ReplicaSet of another one', async () => {
  const first = await rolledOut('Deployment', {}, `${name}-first`);
  const selector = { podLabels: { app: `${name}-first` } };
  await site.kubectl('delete', 'deployment', first.name, '--cascade=orphan');
  const second = await rolledOut('Deployment', selector, `${name}-second`);
  const pods = await namesOf(second);
  expect(pods).toHaveLength(2);
  for (const pod of pods) expect(pod.startsWith(first.name)).toBe(true);
});

test('are found while they end, although their ReplicaSet is gone', async () => {
  const shape = { podFinalizers: [HOLD], spec: { replicas: 2, revisionHistoryLimit: 0 } };
  const workload = await rolledOut('Deployment', shape);
  const sets = async () => (await site.kubectl('get', 'replicasets', '-l', `app=${name}`, '-o', 'name')).split('\n');
  const [first = ''] = await sets();
  try {
    expect(first).toContain(name);
    const old = await namesOf(workload);
    const restarted = await site.workloads.restart(workload, ANNOTATION, 'K1');
    await patiently(async () => (await sets()).includes(first)).toBe(false);
    await complete(restarted, 2);
    expect(await withoutKey(restarted)).toEqual(old);
  } finally {
    await clear('Deployment');
  }
});

test('are all found where they fill more than one page', async () => {
  const workload = await rolledOut('Deployment', { spec: { replicas: 4 } });
  const client = new Client(site.access.transport, site.access.reach, 4_000);
  const workloads = new FollowedWorkloads({ ...site.access.upstream, client }, [site.namespace]);
  const before = podLists().length;
  expect((await workloads.pods(workload)).map((pod) => pod.name).toSorted()).toEqual(await namesOf(workload));
  const further = podLists()
    .slice(before)
    .filter(({ url }) => url.searchParams.has('continue'));
  expect(further.length).toBeGreaterThan(0);
});
