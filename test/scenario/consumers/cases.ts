import type { WorkloadKind } from '../../../src/core/workload.ts';
import type { Objects } from '../objects.ts';
import { podsOf } from './roll-out.ts';
import { workload, type WorkloadOptions } from './workload.ts';

/** What holds a consumer up, the words for it, and how it is mended. */
export interface Case {
  /** Of the workload, the object and its Secret. */
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly restart?: true;
  /** How the workload is before the key is replaced; left out: it is not there. */
  readonly options?: WorkloadOptions;
  /** What happens to it before the key is replaced, and after. */
  readonly before?: (objects: Objects) => Promise<unknown>;
  readonly after?: (objects: Objects) => Promise<unknown>;
  /** `N`: the number of nodes. */
  readonly words: string;
  readonly mend: (objects: Objects) => Promise<unknown>;
}

const restart = true;
const kubectl =
  (...args: readonly string[]) =>
  (objects: Objects) =>
    objects.kubectl(args);
const apply = (kind: WorkloadKind, name: string, options?: WorkloadOptions) => (objects: Objects) =>
  objects.apply(workload(kind, objects.namespace, name, options));

const CRASH = { annotations: { 'beatkeys.test/state': 'crash' } };
const FINALIZER = 'beatkeys.test/stuck';

/** Keeps a terminating pod, as a node does that cannot be reached. */
async function keepOnePod(objects: Objects, name: string): Promise<void> {
  const [pod] = await podsOf(objects, name);
  if (pod === undefined) throw new Error(`${name} has no pods`);
  await objects.patch('Pod', pod.metadata.name, { metadata: { finalizers: [FINALIZER] } });
}

/** Lets the pods of a workload go that were kept. */
export async function letPodsGo(objects: Objects, name: string): Promise<void> {
  for (const { metadata } of await podsOf(objects, name)) {
    if (metadata.finalizers?.includes(FINALIZER) === true)
      await objects.patch('Pod', metadata.name, { metadata: { finalizers: null } });
  }
}

/** No two of its pods in the whole cluster. */
const alone = (name: string) => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app: name } }, topologyKey: 'kubernetes.io/os' },
      ],
    },
  },
});

export const CASES: readonly Case[] = [
  {
    name: 'absent',
    kind: 'Deployment',
    words: 'Deployment/absent, which does not exist',
    mend: apply('Deployment', 'absent'),
  },
  {
    name: 'paused',
    kind: 'Deployment',
    restart,
    options: {},
    before: kubectl('rollout', 'pause', 'deployment/paused'),
    words: 'Deployment/paused 0 of 2 pods, which is paused',
    mend: kubectl('rollout', 'resume', 'deployment/paused'),
  },
  {
    name: 'partitioned',
    kind: 'StatefulSet',
    restart,
    options: { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } },
    words: 'StatefulSet/partitioned 1 of 2 pods, whose partition holds pods back',
    mend: apply('StatefulSet', 'partitioned', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } }),
  },
  {
    name: 'on-delete',
    kind: 'DaemonSet',
    restart,
    options: { spec: { updateStrategy: { type: 'OnDelete' } } },
    words: 'DaemonSet/on-delete 0 of N pods, whose pods are replaced when someone deletes them (OnDelete)',
    mend: kubectl('delete', 'pods', '-l', 'app=on-delete', '--wait=false'),
  },
  {
    name: 'not-restarted',
    kind: 'DaemonSet',
    options: {},
    words: 'DaemonSet/not-restarted 0 of N pods',
    mend: kubectl('rollout', 'restart', 'daemonset/not-restarted'),
  },
  {
    name: 'left-alone',
    kind: 'StatefulSet',
    options: {},
    words: 'StatefulSet/left-alone 0 of 2 pods',
    mend: kubectl('delete', 'pods', '-l', 'app=left-alone', '--wait=false'),
  },
  {
    name: 'failing',
    kind: 'Deployment',
    options: {},
    after: apply('Deployment', 'failing', CRASH),
    words: 'Deployment/failing 1 of 2 pods',
    mend: apply('Deployment', 'failing', { annotations: { mended: 'true' } }),
  },
  {
    // Its pods were never replaced.
    name: 'rolled-back',
    kind: 'Deployment',
    options: {},
    after: async (objects) => {
      await apply('Deployment', 'rolled-back', CRASH)(objects);
      await apply('Deployment', 'rolled-back')(objects);
    },
    words: 'Deployment/rolled-back 0 of 2 pods',
    mend: kubectl('rollout', 'restart', 'deployment/rolled-back'),
  },
  {
    name: 'failing-everywhere',
    kind: 'DaemonSet',
    options: {},
    after: apply('DaemonSet', 'failing-everywhere', CRASH),
    words: 'DaemonSet/failing-everywhere 0 of N pods',
    mend: apply('DaemonSet', 'failing-everywhere'),
  },
  {
    name: 'failing-anew',
    kind: 'Deployment',
    restart,
    options: {},
    before: async (objects) => {
      await objects.kubectl(['rollout', 'pause', 'deployment/failing-anew']);
      await apply('Deployment', 'failing-anew', CRASH)(objects);
    },
    after: kubectl('rollout', 'resume', 'deployment/failing-anew'),
    words: 'Deployment/failing-anew 1 of 2 pods',
    mend: apply('Deployment', 'failing-anew'),
  },
  {
    name: 'unschedulable',
    kind: 'Deployment',
    restart,
    options: { spec: { replicas: 1 }, pod: alone('unschedulable') },
    words: 'Deployment/unschedulable 1 of 2 pods',
    mend: apply('Deployment', 'unschedulable', {
      spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
      pod: alone('unschedulable'),
    }),
  },
  {
    name: 'stuck',
    kind: 'Deployment',
    restart,
    options: {},
    before: (objects) => keepOnePod(objects, 'stuck'),
    words: 'Deployment/stuck 2 of 3 pods',
    mend: (objects) => letPodsGo(objects, 'stuck'),
  },
  {
    name: 'stuck-in-place',
    kind: 'StatefulSet',
    restart,
    options: {},
    before: (objects) => keepOnePod(objects, 'stuck-in-place'),
    words: 'StatefulSet/stuck-in-place 1 of 2 pods',
    mend: (objects) => letPodsGo(objects, 'stuck-in-place'),
  },
];
