import { setTimeout as wait } from 'node:timers/promises';
import { operatorRequests, type Measured, type OperatorRequests } from './phases.ts';
import { proveIssued } from './proof.ts';
import { sum } from './proxy.ts';
import { elasticsearchUse, kubernetesUse } from './requests.ts';
import { LANES, type World } from './world.ts';

/** How much shorter the drift interval is while the idle operator is watched, and for how many of them it is. */
export const IDLE = { intervalSeconds: 10, intervals: 6 };
/** The same where an operator with very many objects is watched. */
const STEADY_INTERVALS = 4;
const DEFAULT_INTERVALS_PER_HOUR = 12;

/** An operator that has nothing to do, for some of its shortened drift intervals; scaled to the default ones. */
export async function measureIdle(world: World, count: number): Promise<Measured> {
  const { requests, intervals } = await watchIdle(world, count, IDLE.intervals);
  const { writes, otherWrites, dryRuns } = kubernetesUse(requests.kubernetes);
  const perHour = DEFAULT_INTERVALS_PER_HOUR / intervals;
  return {
    sample: {
      'idle.kubernetesWritesPerHour': (writes + otherWrites + dryRuns) * perHour,
      'idle.elasticsearchRequestsPerHour': sum(requests.elasticsearch) * perHour,
    },
    requests,
  };
}

/** The same, counted for each interval. */
export async function measureSteady(world: World, count: number): Promise<Measured> {
  const { requests, intervals } = await watchIdle(world, count, STEADY_INTERVALS);
  const { writes, otherWrites, dryRuns, events } = kubernetesUse(requests.kubernetes);
  return {
    sample: {
      'steady.elasticsearchRequestsPerInterval': sum(requests.elasticsearch) / intervals,
      'steady.kubernetesWrites': writes + otherWrites + dryRuns + events,
    },
    requests,
  };
}

interface Idleness {
  readonly requests: OperatorRequests;
  /** How many it was watched for. */
  readonly intervals: number;
}

async function watchIdle(world: World, count: number, wanted: number): Promise<Idleness> {
  const { proxy, progress } = world;
  // The wait for the inventory after these is the last interval.
  const seconds = IDLE.intervalSeconds * (wanted - 1);
  progress(`operator: ${count} objects and nothing to do, for ${wanted} intervals …`);
  await afterInventory(world);
  const counted = await proxy.count();
  const began = performance.now();
  await wait(seconds * 1000);
  await afterInventory(world);
  const intervals = Math.round((performance.now() - began) / 1000 / IDLE.intervalSeconds);
  const requests = await operatorRequests(counted);
  await proveIssued(world, count);
  if (elasticsearchUse(requests.elasticsearch).forConnection === 0)
    throw new Error('the measurement does not add up: the idle operator never looked at its keys');
  return { requests, intervals };
}

/** Waits until a look at all keys is just over: a fixed point of an interval, so that whole ones are counted. */
async function afterInventory({ proxy }: World): Promise<void> {
  const counted = await proxy.count();
  const until = performance.now() + 2 * IDLE.intervalSeconds * 1000;
  while (((await counted(LANES.operatorElasticsearch))['POST /_security/_query/api_key'] ?? 0) === 0) {
    if (performance.now() > until) throw new Error('the idle operator does not look at its keys');
    await wait(50);
  }
  await proxy.untilQuiet(LANES.operatorElasticsearch);
}
