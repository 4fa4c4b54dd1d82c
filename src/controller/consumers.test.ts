import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aPod, aWorkload } from '../../test/builders/workload.ts';
import { Failure, type FailureKind } from '../core/failure.ts';
import { known, unknown } from '../core/reading.ts';
import type { Pod, Workload, WorkloadPlace } from '../core/workload.ts';
import { lookAtConsumers, peekConsumers } from './consumers.ts';

const consumer = { kind: 'DaemonSet', name: 'packetbeat' } as const;
const place = { ...consumer, namespace: 'logging' };
const object = aBeatApiKey({ spec: { consumers: [consumer] } });
const unreadable = { ...object, spec: { ...object.spec, consumers: 'packetbeat' } } as never;
const failing = (kind: FailureKind): Failure =>
  new Failure({ kind, system: 'Kubernetes', operation: 'look', code: kind });

/** Answers, or fails with what it was given. */
function workloads({
  read,
  pods = [],
}: {
  readonly read: Workload | undefined | Failure;
  readonly pods?: readonly Pod[] | Failure;
}) {
  const asked: WorkloadPlace[] = [];
  const answer = <T>(given: T | Failure): Promise<T> =>
    given instanceof Failure ? Promise.reject(given) : Promise.resolve(given);
  return {
    asked,
    read: (given: WorkloadPlace) => {
      asked.push(given);
      return answer(read);
    },
    pods: () => answer(pods),
  };
}

test('at hand is what the watch has shown, without pods', () => {
  const workload = aWorkload();
  expect(peekConsumers(object, { peek: () => known(workload) })).toEqual([
    { consumer: { ...place, restart: false }, workload: known(workload) },
  ]);
  expect(peekConsumers(unreadable, { peek: () => known(workload) })).toBeUndefined();
});

describe('a look shows', () => {
  const workload = aWorkload();
  const view = { consumer: { ...place, restart: false } };
  test.for<readonly [string, Parameters<typeof workloads>[0], object]>([
    [
      'a workload and its pods',
      { read: workload, pods: [aPod()] },
      { workload: known(workload), pods: known([aPod()]) },
    ],
    ['that there is none', { read: undefined }, { workload: known(undefined) }],
    ['why a workload may not be read', { read: failing('denied') }, { workload: unknown(failing('denied')) }],
    [
      'why its pods may not be read',
      { read: workload, pods: failing('denied') },
      { workload: known(workload), pods: unknown(failing('denied')) },
    ],
  ])('%s', async ([, given, seen]) => {
    const port = workloads(given);
    expect(await lookAtConsumers(object, port)).toEqual([{ ...view, ...seen }]);
    expect(port.asked).toMatchObject([place]);
  });

  test.for(['unavailable', 'throttled', 'conflict', 'aborted'] as const)(
    'nothing where it fails as %s',
    async (kind) => {
      await expect(lookAtConsumers(object, workloads({ read: failing(kind) }))).rejects.toThrow(Failure);
      await expect(lookAtConsumers(object, workloads({ read: workload, pods: failing(kind) }))).rejects.toThrow(
        Failure,
      );
    },
  );

  test('nobody where the spec cannot be read', async () => {
    const port = workloads({ read: workload });
    expect(await lookAtConsumers(unreadable, port)).toBeUndefined();
    expect(port.asked).toEqual([]);
  });
});
