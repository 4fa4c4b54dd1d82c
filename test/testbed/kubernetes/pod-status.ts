/** The parts of a Pod that the played kubelet reads. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly readinessGates?: readonly { readonly conditionType: string }[];
  };
  readonly status: { readonly phase?: string };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
}

/** What a pod's annotation `beatkeys.test/state` asks for. */
export function wantedState(pod: Pod): string | undefined {
  return pod.metadata.annotations?.['beatkeys.test/state'];
}

/** Milliseconds from being placed on a node to Running and Ready. */
export function readyAfter(pod: Pod): number {
  return Number(pod.metadata.annotations?.['beatkeys.test/ready-ms'] ?? 50);
}

/**
 * The status that a kubelet would report once the pod's containers have started. `address` numbers the pod's IP; `at` is
 * a time in whole seconds, as Kubernetes keeps them.
 */
export function startedStatus(pod: Pod, address: number, at: string): object {
  const { containers, initContainers = [], readinessGates = [] } = pod.spec;
  const ofJob = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
  const crashes = wantedState(pod) === 'crash';
  const ready = wantedState(pod) === undefined && !ofJob;
  const podIP = `10.244.${(address >> 8) & 255}.${address & 255}`;
  const completed = { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } };
  const running = { running: { startedAt: at } };
  const crashing = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } };
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: at,
  });
  const report = ({ name, image }: Container, isReady: boolean, restartCount: number, state: object) => ({
    ...{ name, image, imageID: `played://${image}`, containerID: `played://${pod.metadata.uid}/${name}` },
    ...{ ready: isReady, started: isReady, restartCount, state },
  });
  return {
    phase: ofJob ? 'Succeeded' : 'Running',
    startTime: at,
    ...{ hostIP: '127.0.0.1', hostIPs: [{ ip: '127.0.0.1' }], podIP, podIPs: [{ ip: podIP }] },
    conditions: [
      ...[condition('PodScheduled', true), condition('Initialized', true)],
      ...[condition('ContainersReady', ready), condition('Ready', ready)],
      ...readinessGates.map(({ conditionType }) => condition(conditionType, ready)),
    ],
    containerStatuses: containers.map((container) =>
      report(container, ready, crashes ? 3 : 0, ofJob ? completed : crashes ? crashing : running),
    ),
    initContainerStatuses: initContainers.map((container) =>
      report(container, true, 0, container.restartPolicy === 'Always' ? running : completed),
    ),
  };
}
