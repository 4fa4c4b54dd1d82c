import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RESTART_FIELD_MANAGER } from '../../src/api/names.ts';
import type { Workload, WorkloadKind, WorkloadPlace } from '../../src/core/workload.ts';
import { WORKLOADS } from '../../src/kubernetes/resource.ts';
import { uniqueName } from '../testbed/current.ts';
import { openWorkloadSite, patiently, type Shape, type WorkloadSite } from './workload-site.ts';

const KINDS: readonly WorkloadKind[] = ['DaemonSet', 'Deployment', 'StatefulSet'];
const ANNOTATION = 'beatkeys.dev/filebeat';
const FOREIGN = { 'example.com/note': 'x' };

let site: WorkloadSite;
let name: string;

beforeAll(async () => {
  site = await openWorkloadSite();
  site.workloads.follow(KINDS);
  site.run();
});
afterAll(() => site[Symbol.asyncDispose]());
beforeEach(() => void (name = uniqueName('w')));

const all = ({ desired }: Pick<Workload, 'desired'>) => ({ observed: true, updated: desired, available: desired });

/** Makes a workload and waits until all of its pods are available. */
async function rolledOut(kind: WorkloadKind, shape: Shape = {}): Promise<Workload> {
  const place = await site.apply(kind, name, shape);
  const { desired } = await site.until(place, { observed: true });
  return site.until(place, { ...all({ desired }), desired: kind === 'DaemonSet' ? desired : 2 });
}

const restart = (workload: Workload, keyID: string) => site.workloads.restart(workload, ANNOTATION, keyID);
/** The key ids of the pods, in order. */
const keyIDs = async (workload: Workload) =>
  (await site.workloads.pods(workload)).map((pod) => pod.keyIDs[ANNOTATION] ?? 'none').toSorted();
const times = (count: number, word: string): string[] => Array.from({ length: count }, () => word);
const versionOf = async ({ kind, namespace, name: named }: WorkloadPlace) => {
  const object = await site.access.client.getMetadata({ resource: WORKLOADS[kind], namespace, name: named });
  return { generation: object?.metadata.generation, resourceVersion: object?.metadata.resourceVersion };
};

describe.each(KINDS)('a %s', (kind) => {
  test('is followed through a restart until every pod has moved on', async () => {
    const before = await rolledOut(kind, { podAnnotations: FOREIGN });
    expect(before.desired).toBeGreaterThan(1);
    expect(before).not.toHaveProperty('heldBy');
    expect(before.keyIDs).toEqual({});
    expect(await keyIDs(before)).toEqual(times(before.desired, 'none'));

    const restarted = await restart(before, 'K1');
    expect(restarted).toMatchObject({ uid: before.uid, observed: false, keyIDs: { [ANNOTATION]: 'K1' } });
    expect(site.workloads.peek(before)).toMatchObject({ known: true, value: { keyIDs: { [ANNOTATION]: 'K1' } } });
    expect(site.told.at(-1)?.place).toEqual({ kind, namespace: site.namespace, name });

    await site.until(before, all(before));
    await patiently(() => keyIDs(before)).toEqual(times(before.desired, 'K1'));
    // Where its controller has made a pod too many, that one counts until it is gone.
    const after = { ...before, keyIDs: { [ANNOTATION]: 'K1' } };
    await patiently(() => site.workloads.peek(before)).toEqual({ known: true, value: after });
    expect(await site.workloads.read(before)).toEqual(after);
  });

  test('is not changed at all when it is restarted with the same key id again', async () => {
    const workload = await restart(await rolledOut(kind), 'K1');
    await site.until(workload, all(workload));
    const { generation } = await versionOf(workload);
    // Its controller may write a last condition meanwhile, so this is looked at until it does not.
    await patiently(async () => {
      const before = await versionOf(workload);
      await restart(workload, 'K1');
      const after = await versionOf(workload);
      return after.resourceVersion === before.resourceVersion && after.generation === generation;
    }).toBe(true);
    await restart(workload, 'K2');
    expect((await versionOf(workload)).generation).toBe((generation ?? 0) + 1);
  });

  test('shows whose the annotation is, and keeps it when its manifest is applied again', async () => {
    const place = await site.apply(kind, name, { podAnnotations: FOREIGN }, '--server-side');
    await restart(await site.until(place, { observed: true }), 'K1');
    const { generation } = await versionOf(place);
    const shown = await site.kubectl('get', kind, name, '-o', 'json', '--show-managed-fields');
    const { metadata } = JSON.parse(shown) as { metadata: { managedFields: { manager: string; fieldsV1: object }[] } };
    const ours = metadata.managedFields.filter(({ manager }) => manager === RESTART_FIELD_MANAGER);
    const fields = { 'f:template': { 'f:metadata': { 'f:annotations': { [`f:${ANNOTATION}`]: {} } } } };
    expect(ours.map(({ fieldsV1 }) => fieldsV1)).toEqual([{ 'f:spec': fields }]);
    await site.apply(kind, name, { podAnnotations: FOREIGN }, '--server-side');
    expect((await versionOf(place)).generation).toBe(generation);
    expect((await site.workloads.read(place))?.keyIDs).toEqual({ [ANNOTATION]: 'K1' });
  });

  test('is not taken for another one of its name, and nothing is made of one that is gone', async () => {
    const none = kind === 'DaemonSet' ? { podSpec: { nodeSelector: { none: 'none' } } } : { spec: { replicas: 0 } };
    const place = await site.apply(kind, name, none);
    const first = await site.until(place, { observed: true });
    await site.kubectl('delete', kind, name);
    await site.apply(kind, name, none);
    await expect(restart(first, 'K1')).rejects.toMatchObject({ kind: 'conflict' });
    await expect(site.workloads.pods(first)).rejects.toMatchObject({ kind: 'conflict' });
    const second = await site.workloads.read(place);
    expect(second?.uid).not.toBe(first.uid);
    expect(second?.keyIDs).toEqual({});
    await site.until(place, { uid: second?.uid ?? '' });
    await site.kubectl('delete', kind, name);
    await expect(restart(first, 'K1')).rejects.toMatchObject({ kind: 'notFound' });
    await expect(site.workloads.pods(first)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await site.workloads.read(place)).toBeUndefined();
    await patiently(() => site.workloads.peek(place)).toEqual({ known: true, value: undefined });
  });

  test('of which no pod shall run counts none', async () => {
    const none = kind === 'DaemonSet' ? { podSpec: { nodeSelector: { none: 'none' } } } : { spec: { replicas: 0 } };
    const workload = await site.until(await site.apply(kind, name, none), { observed: true });
    expect(workload).toMatchObject({ desired: 0, updated: 0, available: 0 });
    expect(await site.workloads.pods(workload)).toEqual([]);
    await restart(workload, 'K1');
    await site.until(workload, {
      observed: true,
      desired: 0,
      updated: 0,
      available: 0,
      keyIDs: { [ANNOTATION]: 'K1' },
    });
  });

  test('whose pods find no node counts them as not available', async () => {
    const resources = { requests: { cpu: '1000' } };
    const place = await site.apply(kind, name, {
      spec: kind === 'StatefulSet' ? { podManagementPolicy: 'Parallel' } : {},
      podSpec: { containers: [{ name: 'beat', image: 'registry.invalid/beat', resources }] },
    });
    const { desired } = await site.until(place, { observed: true });
    expect(desired).toBeGreaterThan(1);
    const workload = await site.until(place, { observed: true, desired, updated: desired, available: 0 });
    expect(await keyIDs(workload)).toEqual(times(desired, 'none'));
  });

  test('whose new pods do not become ready stays where the first of them is', async () => {
    const before = await rolledOut(kind);
    // Both in one step: a StatefulSet whose pod is not ready does not move on to yet another template.
    await site.apply(kind, name, { podAnnotations: { 'beatkeys.test/state': 'unready', [ANNOTATION]: 'K1' } });
    const stuck = kind === 'Deployment' ? before.desired : before.desired - 1;
    const workload = await site.until(before, {
      observed: true,
      updated: 1,
      available: stuck,
      keyIDs: { [ANNOTATION]: 'K1' },
    });
    await patiently(() => keyIDs(workload)).toEqual(['K1', ...times(stuck, 'none')]);
  });
});

describe.each<[WorkloadKind, NonNullable<Workload['heldBy']>, object, object]>([
  ['Deployment', 'paused', { paused: true }, { paused: false }],
  ['DaemonSet', 'OnDelete', { updateStrategy: { type: 'OnDelete' } }, {}],
  ['StatefulSet', 'OnDelete', { updateStrategy: { type: 'OnDelete' } }, {}],
  ['StatefulSet', 'partition', partition(1), partition(0)],
])('a %s held by %s', (kind, heldBy, hold, letGo) => {
  test('does not move on by itself, and does when it is let go', async () => {
    // A Deployment that is paused from the start has no pods.
    const running = await rolledOut(kind, heldBy === 'paused' ? {} : { spec: hold });
    if (heldBy === 'paused') await site.apply(kind, name, { spec: hold });
    const held = await site.until(running, { observed: true, heldBy });
    await restart(held, 'K1');
    const moved = heldBy === 'partition' ? 1 : 0;
    const { desired } = held;
    const noted = { observed: true, desired, available: desired, heldBy, keyIDs: { [ANNOTATION]: 'K1' } };
    const after = await site.until(held, { ...noted, updated: moved });
    await patiently(() => keyIDs(after)).toEqual([...times(moved, 'K1'), ...times(desired - moved, 'none')]);

    if (heldBy === 'OnDelete') await site.kubectl('delete', 'pods', '-l', `app=${name}`);
    else await site.kubectl('patch', kind, name, '--type=merge', '-p', JSON.stringify({ spec: letGo }));
    const done = await site.until(held, { ...all({ desired }), keyIDs: { [ANNOTATION]: 'K1' } });
    expect(done.heldBy).toBe(heldBy === 'OnDelete' ? heldBy : undefined);
    await patiently(() => keyIDs(done)).toEqual(times(desired, 'K1'));
  });
});

function partition(from: number): object {
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: from } } };
}
