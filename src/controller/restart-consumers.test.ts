import { expect, test } from 'vitest';
import { aWorkload, KEY_ANNOTATION } from '../../test/builders/workload.ts';
import { Failure, type FailureKind } from '../core/failure.ts';
import type { Workload } from '../core/workload.ts';
import type { ActionContext } from './action-context.ts';
import { restartConsumers } from './restart-consumers.ts';

const failing = (kind: FailureKind): Failure =>
  new Failure({ kind, system: 'Kubernetes', operation: 'patch DaemonSet', code: kind });
const named = (name: string): Workload => aWorkload({ name });
const action = (...names: string[]) =>
  ({ type: 'restartConsumers', workloads: names.map(named), annotation: KEY_ANNOTATION, keyID: 'key-1' }) as const;

/** Notes the key, or fails for those that are named here. */
function cluster(failures: Readonly<Record<string, Error>>) {
  const noted: string[] = [];
  const restart = (workload: Workload, annotation: string, keyID: string): Promise<Workload> => {
    const error = failures[workload.name];
    if (error !== undefined) return Promise.reject(error);
    noted.push(workload.name);
    return Promise.resolve({ ...workload, observed: false, keyIDs: { [annotation]: keyID } });
  };
  const context = { cluster: { workloads: { restart } }, logger: { warn: () => undefined } };
  return { noted, context: context as unknown as ActionContext };
}

test('the key is noted in each template, and the answers are what is known then', async () => {
  const { noted, context } = cluster({});
  expect(await restartConsumers(action('a', 'b'), context)).toMatchObject({
    type: 'consumersRestarted',
    keyID: 'key-1',
    workloads: [
      { name: 'a', observed: false, keyIDs: { [KEY_ANNOTATION]: 'key-1' } },
      { name: 'b', observed: false, keyIDs: { [KEY_ANNOTATION]: 'key-1' } },
    ],
    refused: [],
  });
  expect(noted).toEqual(['a', 'b']);
});

test('what Kubernetes refuses for good holds up neither the others nor the object', async () => {
  const [denied, rejected] = [failing('denied'), failing('rejected')];
  const { noted, context } = cluster({ a: denied, c: rejected });
  const { kind, namespace } = named('a');
  expect(await restartConsumers(action('a', 'b', 'c'), context)).toMatchObject({
    workloads: [{ name: 'b' }],
    refused: [
      { place: { kind, namespace, name: 'a' }, failure: denied },
      { place: { kind, namespace, name: 'c' }, failure: rejected },
    ],
  });
  expect(noted).toEqual(['b']);
});

test('a failure that passes is thrown when all have had their turn', async () => {
  const failure = failing('conflict');
  const { noted, context } = cluster({ a: failure, b: failing('denied') });
  await expect(restartConsumers(action('a', 'b', 'c'), context)).rejects.toBe(failure);
  expect(noted).toEqual(['c']);
});

test('a defect is no failure of Kubernetes', async () => {
  const defect = new TypeError('a defect');
  const { noted, context } = cluster({ a: defect });
  await expect(restartConsumers(action('a', 'b'), context)).rejects.toBe(defect);
  expect(noted).toEqual([]);
});
