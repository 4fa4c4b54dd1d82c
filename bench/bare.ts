import type { BareResult, BareTask } from './bare-loop.ts';
import { Program } from './program.ts';
import { demand } from './proof.ts';
import { sum } from './proxy.ts';
import { IN_FLIGHT, PATHS } from './workload.ts';
import { LANES, type World } from './world.ts';

export interface BareRound {
  /** So many in flight. */
  readonly many: BareResult;
  /** One at a time. */
  readonly single: BareResult | undefined;
}

export interface BareOptions {
  /** The end of its namespace's name. */
  readonly name: string;
  readonly objects: number;
  /** 0: the loop with one at a time is left out. */
  readonly singles: number;
  readonly warmUp: number;
}

/** What one object costs the bare loop. */
const REQUESTS = { kubernetes: 4, elasticsearch: 2 };

/** Runs the bare loop in a process of its own. */
export async function measureBare(world: World, { name, objects, singles, warmUp }: BareOptions): Promise<BareRound> {
  const { admin, proxy, user, progress, address } = world;
  const namespace = `bench-bare-${name}`;
  await admin.send('POST', PATHS.namespaces, { metadata: { name: namespace } });
  const kubernetes = address(LANES.bareKubernetes);
  const elasticsearch = { url: proxy.url(LANES.bareElasticsearch), ...user };
  const program = new Program('bare-loop.ts');
  const run = async (task: Pick<BareTask, 'prefix' | 'objects' | 'inFlight' | 'warmUp'>): Promise<BareResult> => {
    // What looks on at the operator looks on here too: on this machine it takes its share of both.
    using _objects = await admin.watch(PATHS.objects(namespace), () => {});
    using _secrets = await admin.watch(PATHS.secrets(namespace), () => {});
    const counted = await proxy.count();
    const result = (await program.ask({ kubernetes, elasticsearch, namespace, ...task })) as BareResult;
    const expected = task.warmUp + task.objects;
    demand('requests to Kubernetes', sum(await counted(LANES.bareKubernetes)), expected * REQUESTS.kubernetes);
    demand('requests to Elasticsearch', sum(await counted(LANES.bareElasticsearch)), expected * REQUESTS.elasticsearch);
    demand('objects of the bare loop', result.untilDone.length, task.objects);
    return result;
  };
  try {
    progress(`bare loop: ${objects} objects, ${IN_FLIGHT} in flight …`);
    const many = await run({ prefix: 'many', objects, inFlight: IN_FLIGHT, warmUp });
    if (singles === 0) return { many, single: undefined };
    progress(`bare loop: ${singles} objects, one at a time …`);
    return {
      many,
      single: await run({ prefix: 'single', objects: singles, inFlight: 1, warmUp: Math.min(20, warmUp) }),
    };
  } finally {
    program.stop();
  }
}
