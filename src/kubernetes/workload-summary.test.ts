import { describe, expect, test } from 'vitest';
import type { Workload, WorkloadKind } from '../core/workload.ts';
import type { OwnerReference } from './object.ts';
import type { WorkloadObject } from './resource.ts';
import { controls, podOf, workloadOf } from './workload-summary.ts';

const metadata = { namespace: 'n', name: 'web', uid: 'u', resourceVersion: '1', generation: 3 };
const spec: WorkloadObject['spec'] = { selector: { matchLabels: { app: 'web' } }, template: {} };
const object = (changes: Partial<WorkloadObject['spec']>, status?: WorkloadObject['status']): WorkloadObject => ({
  metadata,
  spec: { ...spec, ...changes },
  ...(status === undefined ? {} : { status }),
});

describe('of a workload', () => {
  test.each<[WorkloadKind, WorkloadObject, Pick<Workload, 'desired' | 'updated' | 'available'>]>([
    [
      'DaemonSet',
      object({}, { desiredNumberScheduled: 5, updatedNumberScheduled: 3, numberAvailable: 4 }),
      { desired: 5, updated: 3, available: 4 },
    ],
    ['DaemonSet', object({}, {}), { desired: 0, updated: 0, available: 0 }],
    [
      'Deployment',
      object({ replicas: 5 }, { updatedReplicas: 3, availableReplicas: 4 }),
      { desired: 5, updated: 3, available: 4 },
    ],
    ['Deployment', object({ replicas: 0 }, {}), { desired: 0, updated: 0, available: 0 }],
    ['StatefulSet', object({}), { desired: 1, updated: 0, available: 0 }],
    [
      'StatefulSet',
      object({ replicas: 2 }, { updatedReplicas: 1, availableReplicas: 2 }),
      { desired: 2, updated: 1, available: 2 },
    ],
  ])('%s: the pods are counted, and what is left out is none', (kind, workload, counts) => {
    expect(workloadOf(kind, workload)).toMatchObject({ kind, namespace: 'n', name: 'web', uid: 'u', ...counts });
  });

  test.each([
    [undefined, false],
    [{}, false],
    [{ observedGeneration: 2 }, false],
    [{ observedGeneration: 3 }, true],
  ])('status %j of generation 3: observed is %s', (status, observed) => {
    expect(workloadOf('Deployment', object({}, status)).observed).toBe(observed);
  });

  test.each<[WorkloadKind, Partial<WorkloadObject['spec']>, Workload['heldBy']]>([
    ['Deployment', {}, undefined],
    ['Deployment', { paused: false }, undefined],
    ['Deployment', { paused: true }, 'paused'],
    ['DaemonSet', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: {} } }, undefined],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, 'OnDelete'],
    ['StatefulSet', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } }, undefined],
    ['StatefulSet', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }, 'partition'],
    ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, 'OnDelete'],
  ])('%s with %j is held by %s', (kind, changes, heldBy) => {
    expect(workloadOf(kind, object(changes)).heldBy).toBe(heldBy);
  });

  test('the key ids are the annotations of its pods that are ours', () => {
    const annotations = { 'beatkeys.dev/one': 'K1', 'beatkeys.dev/two': 'K2', 'example.com/other': 'x' };
    const keyIDs = { 'beatkeys.dev/one': 'K1', 'beatkeys.dev/two': 'K2' };
    expect(workloadOf('DaemonSet', object({ template: { metadata: { annotations } } })).keyIDs).toEqual(keyIDs);
    expect(workloadOf('DaemonSet', object({ template: { metadata: {} } })).keyIDs).toEqual({});
    expect(workloadOf('DaemonSet', object({ template: {} })).keyIDs).toEqual({});
  });
});

test('of a pod, its time and its key ids are known', () => {
  const annotations = { 'beatkeys.dev/one': 'K1', 'example.com/other': 'x' };
  expect(podOf({ metadata: { ...metadata, creationTimestamp: '2026-01-01T00:00:01Z', annotations } })).toEqual({
    name: 'web',
    created: Date.UTC(2026, 0, 1, 0, 0, 1),
    keyIDs: { 'beatkeys.dev/one': 'K1' },
  });
});

describe('a pod is controlled by', () => {
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: 'r', controller: true };
  const pod = (ownerReferences: readonly OwnerReference[], hash?: string) => ({
    metadata: {
      ...metadata,
      ownerReferences,
      ...(hash === undefined ? {} : { labels: { 'pod-template-hash': hash } }),
    },
  });
  const named = (name: string): Workload => workloadOf('Deployment', { metadata: { ...metadata, name }, spec });
  const controlledBy = (uid: string) => [{ ...reference, uid }];

  test.each(['DaemonSet', 'StatefulSet'] as const)('the %s whose uid its controller reference has', (kind) => {
    const workload = workloadOf(kind, object({}));
    expect(controls(workload, pod(controlledBy('u')))).toBe(true);
    expect(controls(workload, pod(controlledBy('another')))).toBe(false);
    expect(controls(workload, pod([{ ...reference, uid: 'u', controller: false }]))).toBe(false);
    expect(controls(workload, pod([]))).toBe(false);
    expect(controls(workload, { metadata })).toBe(false);
  });

  test('the Deployment after which its ReplicaSet is named', () => {
    expect(controls(named('web'), pod([reference], 'abc'))).toBe(true);
    expect(controls(named('web'), pod([{ ...reference, name: 'web-canary-abc' }], 'abc'))).toBe(false);
    expect(controls(named('web-canary'), pod([{ ...reference, name: 'web-canary-abc' }], 'abc'))).toBe(true);
    expect(controls(named('web'), pod([reference], 'def'))).toBe(false);
    expect(controls(named('web'), pod([reference]))).toBe(false);
    expect(controls(named('web'), pod([{ ...reference, kind: 'Job' }], 'abc'))).toBe(false);
    expect(controls(named('web'), pod([{ ...reference, apiVersion: 'example.com/v1' }], 'abc'))).toBe(false);
    expect(controls(named('web'), pod([{ ...reference, controller: false }], 'abc'))).toBe(false);
  });

  test('the Deployment whose name is too long to stand in its ReplicaSet whole', () => {
    const name = 'w'.repeat(253);
    const cut = { ...reference, name: `${'w'.repeat(249)}-abc` };
    expect(controls(named(name), pod([cut], 'abc'))).toBe(true);
  });
});
