import type { BareTask, CreationResult, RotationResult } from './bare-loop.ts';
import type { BareAddresses } from './bare-servers.ts';
import { Program } from './program.ts';
import { demand } from './proof.ts';
import { sum } from './proxy.ts';
import { IN_FLIGHT, PATHS } from './workload.ts';
import { LANES, type World } from './world.ts';

export interface BareRound {
  /** So many in flight. */
  readonly many: CreationResult;
  /** One at a time. */
  readonly single: CreationResult | undefined;
  /** Of the many, as many in flight. */
  readonly rotation: RotationResult | undefined;
}

export interface BareOptions {
  /** The end of its namespace's name. */
  readonly name: string;
  readonly objects: number;
  /** 0: the loop with one at a time is left out. */
  readonly singles: number;
  readonly rotation: boolean;
  readonly warmUp: number;
}

/** What one object costs the bare loop. */
const CREATION = { kubernetes: 4, elasticsearch: 2 };
const ROTATION = { kubernetes: 4, elasticsearch: 3 };

/** Where the bare loop and the bare lists find the servers: through the proxy, as the operator does. */
export function bareAddresses({ proxy, user, address }: World): BareAddresses {
  return {
    kubernetes: address(LANES.bareKubernetes),
    elasticsearch: { url: proxy.url(LANES.bareElasticsearch), ...user },
  };
}

/** Runs the bare loop in a process of its own. */
export async function measureBare(world: World, options: BareOptions): Promise<BareRound> {
  const { name, objects, singles, rotation, warmUp } = options;
  const { admin, proxy, progress } = world;
  const namespace = `bench-bare-${name}`;
  await admin.send('POST', PATHS.namespaces, { metadata: { name: namespace } });
  using program = new Program('bare-loop.ts');
  await program.ask(bareAddresses(world));
  const run = async <T>(task: BareTask, expected: number, each: typeof CREATION): Promise<T> => {
    // What looks on at the operator looks on here too: on this machine it takes its share of both.
    using _objects = await admin.watch(PATHS.objects(namespace), () => {});
    using _secrets = await admin.watch(PATHS.secrets(namespace), () => {});
    const counted = await proxy.count();
    const result = (await program.ask(task)) as T;
    demand('requests to Kubernetes', sum(await counted(LANES.bareKubernetes)), expected * each.kubernetes);
    demand('requests to Elasticsearch', sum(await counted(LANES.bareElasticsearch)), expected * each.elasticsearch);
    return result;
  };
  const create = async (prefix: string, count: number, atOnce: number, before: number): Promise<CreationResult> => {
    const task = { type: 'create', namespace, prefix, objects: count, inFlight: atOnce, warmUp: before } as const;
    const result = await run<CreationResult>(task, before + count, CREATION);
    demand('objects of the bare loop', result.untilDone.length, count);
    return result;
  };
  progress(`bare loop: ${objects} objects, ${IN_FLIGHT} in flight …`);
  const many = await create('many', objects, IN_FLIGHT, warmUp);
  const rotate = async (): Promise<RotationResult> => {
    progress(`bare loop: ${objects} rotations, ${IN_FLIGHT} in flight …`);
    const result = await run<RotationResult>(
      { type: 'rotate', prefix: 'many', inFlight: IN_FLIGHT },
      objects,
      ROTATION,
    );
    demand('rotations of the bare loop', result.objects, objects);
    return result;
  };
  const rotated = rotation ? await rotate() : undefined;
  if (singles === 0) return { many, single: undefined, rotation: rotated };
  progress(`bare loop: ${singles} objects, one at a time …`);
  return { many, single: await create('single', singles, 1, Math.min(20, warmUp)), rotation: rotated };
}
