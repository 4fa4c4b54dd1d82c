import { setTimeout as wait } from 'node:timers/promises';
import { quantile, type Sample } from './figures.ts';
import { isReady } from './kubernetes.ts';
import { createObjects, createOneByOne, deleteObjects, namesOf } from './load.ts';
import type { OperatorProcess } from './operator-process.ts';
import { demand, proveIssued } from './proof.ts';
import type { Requests } from './proxy.ts';
import { elasticsearchUse, kubernetesUse } from './requests.ts';
import type { Server } from './route.ts';
import { CONNECTION, NAMESPACES, PATHS } from './workload.ts';
import { LANES, type World } from './world.ts';

const CONNECTED_WITHIN_MS = 60_000;

/** Figures, and the requests that they were counted from. */
export interface Measured {
  readonly sample: Sample;
  readonly requests?: Readonly<Record<string, Requests>>;
}

/** Throws when the operator does not reach Elasticsearch in time: nothing else could be measured. */
export async function connectionReady(world: World): Promise<void> {
  const until = Date.now() + CONNECTED_WITHIN_MS;
  const count = async (): Promise<number> =>
    (await world.admin.list(PATHS.connections(NAMESPACES.operator))).filter(isReady).length;
  while ((await count()) === 0 && Date.now() < until) await wait(200);
  await untilQuiet(world);
  demand(`Ready ElasticsearchConnections named ${CONNECTION}`, await count(), 1);
}

/** Waits until the operator has nothing left to ask. */
export async function untilQuiet({ proxy }: World): Promise<void> {
  await proxy.untilQuiet(LANES.operatorKubernetes, LANES.operatorElasticsearch);
}

/**
 * Creates and deletes some objects beside `existing` ones, so that connections are there and the code is compiled, as in
 * the bare loop.
 */
export async function warmUp(world: World, count: number, existing = 0): Promise<void> {
  await createObjects(world, 'warm', count);
  await deleteObjects(world, namesOf('warm', count));
  await untilQuiet(world);
  await proveIssued(world, existing);
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

/** What an operator asked of both servers. */
export interface OperatorRequests extends Readonly<Record<Server, Requests>> {}

/** What the operator has asked since `counted` began. */
export async function operatorRequests(counted: (lane: string) => Promise<Requests>): Promise<OperatorRequests> {
  return {
    kubernetes: await counted(LANES.operatorKubernetes),
    elasticsearch: await counted(LANES.operatorElasticsearch),
  };
}
