import type { Consumer, ConsumerView } from '../../src/core/consumers.ts';
import { known } from '../../src/core/reading.ts';
import type { Pod, Workload } from '../../src/core/workload.ts';

/** The annotation that the key of `aBeatApiKey` has in pod templates. */
export const KEY_ANNOTATION = 'beatkeys.dev/packetbeat';

/** DaemonSet `logging/packetbeat`, rolled out on three nodes, whose template names no key. */
export function aWorkload(options: Partial<Workload> = {}): Workload {
  return {
    kind: 'DaemonSet',
    namespace: 'logging',
    name: 'packetbeat',
    uid: 'workload-1',
    observed: true,
    desired: 3,
    updated: 3,
    available: 3,
    keyIDs: {},
    ...options,
  };
}

/** A pod that was made a day before the builders' key, so that it cannot have started with it. */
export function aPod(options: Partial<Pod> = {}): Pod {
  return { name: 'packetbeat-x', created: Date.UTC(2025, 11, 31), keyIDs: {}, ...options };
}

export interface ConsumerOptions extends Partial<Omit<ConsumerView, 'consumer' | 'workload' | 'pods'>> {
  readonly restart?: boolean;
  /** `absent`: there is none. Left out: `aWorkload()`. */
  readonly workload?: Workload | ConsumerView['workload'] | 'absent';
  readonly pods?: readonly Pod[] | ConsumerView['pods'];
}

/** A consumer that is restarted for each key, its pods not looked at. */
export function aConsumer({ restart = true, workload, pods, ...rest }: ConsumerOptions = {}): ConsumerView {
  const consumer: Consumer = { kind: 'DaemonSet', namespace: 'logging', name: 'packetbeat', restart };
  return {
    consumer,
    workload: readingOf(workload),
    ...(pods === undefined ? {} : { pods: 'known' in pods ? pods : known(pods) }),
    ...rest,
  };
}

function readingOf(workload: ConsumerOptions['workload']): ConsumerView['workload'] {
  if (workload === 'absent') return known(undefined);
  if (workload === undefined) return known(aWorkload());
  return 'known' in workload ? workload : known(workload);
}
