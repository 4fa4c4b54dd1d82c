import { consumersOf, type ConsumerView } from '../core/consumers.ts';
import { policyOf } from '../core/failure-policy.ts';
import { Failure } from '../core/failure.ts';
import { known, unknown, type Reading } from '../core/reading.ts';
import type { BeatApiKey } from '../api/types.ts';
import type { Workloads } from './ports.ts';

/** The consumers of an object, as the watch has shown them last. */
export function peekConsumers(
  object: BeatApiKey,
  workloads: Pick<Workloads, 'peek'>,
): readonly ConsumerView[] | undefined {
  return consumersOf(object)?.map((consumer) => ({ consumer, workload: workloads.peek(consumer) }));
}

/**
 * The consumers and their pods, read live. What may not be read is unknown, and says why; throws `Failure` where nobody
 * could be asked.
 */
export async function lookAtConsumers(
  object: BeatApiKey,
  workloads: Pick<Workloads, 'read' | 'pods'>,
): Promise<readonly ConsumerView[] | undefined> {
  const consumers = consumersOf(object);
  if (consumers === undefined) return undefined;
  return Promise.all(
    consumers.map(async (consumer): Promise<ConsumerView> => {
      const workload = await reading(() => workloads.read(consumer));
      if (!workload.known || workload.value === undefined) return { consumer, workload };
      const { value } = workload;
      return { consumer, workload, pods: await reading(() => workloads.pods(value)) };
    }),
  );
}

async function reading<T>(ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return known(await ask());
  } catch (error) {
    if (error instanceof Failure && policyOf(error.kind).stalls) return unknown(error);
    throw error;
  }
}
