import { setTimeout as wait } from 'node:timers/promises';
import { quantile, type Sample } from './figures.ts';
import { createObjects, createOneByOne, deleteObjects, namesOf } from './load.ts';
import type { OperatorProcess } from './operator-process.ts';
import { proveIssued } from './proof.ts';
import type { Requests } from './proxy.ts';
import { elasticsearchUse, kubernetesUse } from './requests.ts';
import { LANES, type World } from './world.ts';

/** How much shorter the drift interval is while the idle operator is watched, and for how many of them it is. */
export const IDLE = { intervalSeconds: 10, intervals: 6 };
const DEFAULT_INTERVALS_PER_HOUR = 12;

/** Figures, and the requests that they were counted from. */
export interface Measured {
  readonly sample: Sample;
  readonly requests?: Readonly<Record<string, Requests>>;
}

/** Waits until the operator has nothing left to ask. */
export async function untilQuiet({ proxy }: World): Promise<void> {
  await proxy.untilQuiet(LANES.operatorKubernetes, LANES.operatorElasticsearch);
}

/** Creates and deletes some objects, so that connections are there and the code is compiled, as in the bare loop. */
export async function warmUp(world: World, count: number): Promise<void> {
  await createObjects(world, 'warm', count);
  await deleteObjects(world, namesOf('warm', count));
  await untilQuiet(world);
  await proveIssued(world, 0);
}

/** All objects at once. */
export async function measureCreation(world: World, count: number): Promise<Measured> {
  const { proxy, progress } = world;
  progress(`operator: ${count} objects at once …`);
  const counted = await proxy.count();
  const { total, each } = await createObjects(world, 'many', count);
  await untilQuiet(world);
  const requests = await operatorRequests(counted);
  await proveIssued(world, count);
  const kubernetes = kubernetesUse(requests.kubernetes);
  const elasticsearch = elasticsearchUse(requests.elasticsearch);
  return {
    sample: {
      'create.objectsPerSecond': (count / total) * 1000,
      'create.p50Milliseconds': quantile(each, 0.5),
      'create.p99Milliseconds': quantile(each, 0.99),
      'create.kubernetesWrites': kubernetes.writes / count,
      'create.kubernetesWrites.connection': kubernetes.otherWrites,
      'create.kubernetesReads': kubernetes.reads / count,
      'create.events': kubernetes.events / count,
      'create.elasticsearchRequests': elasticsearch.forObjects / count,
      'create.elasticsearchRequests.connection': elasticsearch.forConnection,
    },
    requests,
  };
}

/** One object after the other, beside `existing` ones; they are deleted again. */
export async function measureSingle(world: World, count: number, existing: number): Promise<Measured> {
  world.progress(`operator: ${count} objects, one at a time …`);
  const times = await createOneByOne(world, 'single', count);
  await proveIssued(world, existing + count);
  await deleteObjects(world, namesOf('single', count));
  await untilQuiet(world);
  await proveIssued(world, existing);
  return {
    sample: { 'single.p50Milliseconds': quantile(times, 0.5), 'single.p99Milliseconds': quantile(times, 0.99) },
  };
}

/** An operator that has nothing to do, for some of its shortened drift intervals; scaled to the default ones. */
export async function measureIdle(world: World, count: number): Promise<Measured> {
  const { proxy, progress } = world;
  // The wait for the inventory after these is the last interval.
  const seconds = IDLE.intervalSeconds * (IDLE.intervals - 1);
  progress(`operator: ${count} objects and nothing to do, for ${IDLE.intervals} intervals …`);
  await afterInventory(world);
  const counted = await proxy.count();
  const began = performance.now();
  await wait(seconds * 1000);
  await afterInventory(world);
  const intervals = (performance.now() - began) / 1000 / IDLE.intervalSeconds;
  const requests = await operatorRequests(counted);
  await proveIssued(world, count);
  const { writes, otherWrites } = kubernetesUse(requests.kubernetes);
  const { forObjects, forConnection } = elasticsearchUse(requests.elasticsearch);
  if (forConnection === 0)
    throw new Error('the measurement does not add up: the idle operator never looked at its keys');
  const perHour = DEFAULT_INTERVALS_PER_HOUR / Math.round(intervals);
  return {
    sample: {
      'idle.kubernetesWritesPerHour': (writes + otherWrites) * perHour,
      'idle.elasticsearchRequestsPerHour': (forObjects + forConnection) * perHour,
    },
    requests,
  };
}

/** All objects at once. */
export async function measureDeletion(world: World, count: number): Promise<Measured> {
  world.progress(`operator: ${count} objects deleted …`);
  const counted = await world.proxy.count();
  const { total } = await deleteObjects(world, namesOf('many', count));
  await untilQuiet(world);
  const requests = await operatorRequests(counted);
  await proveIssued(world, 0);
  const { forObjects, forConnection } = elasticsearchUse(requests.elasticsearch);
  return {
    sample: {
      'delete.seconds': total / 1000,
      'delete.elasticsearchRequests': forObjects / count,
      'delete.elasticsearchRequests.connection': forConnection,
      'delete.kubernetesWrites': kubernetesUse(requests.kubernetes).writes / count,
    },
    requests,
  };
}

/** The process's memory once nothing happens. */
export async function settledMemory(
  world: World,
  operator: OperatorProcess,
): Promise<{ now: number; highest: number }> {
  await untilQuiet(world);
  await wait(10_000);
  return operator.memory();
}

/** Waits until a look at all keys is just over: a fixed point of an interval, so that whole ones are counted. */
async function afterInventory({ proxy }: World): Promise<void> {
  const counted = await proxy.count();
  const until = performance.now() + 2 * IDLE.intervalSeconds * 1000;
  while (((await counted(LANES.operatorElasticsearch))['POST /_security/_query/api_key'] ?? 0) === 0) {
    if (performance.now() > until) throw new Error('the idle operator does not look at its keys');
    await wait(50);
  }
  await wait((IDLE.intervalSeconds * 1000) / 3);
}

async function operatorRequests(counted: (lane: string) => Promise<Requests>) {
  return {
    kubernetes: await counted(LANES.operatorKubernetes),
    elasticsearch: await counted(LANES.operatorElasticsearch),
  };
}
