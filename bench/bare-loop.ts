/**
 * The limit that the operator is held against: the calls that an object needs, and nothing else, so many objects at
 * once, over warm connections that are kept.
 *
 * It is forked with an IPC channel: the first message is {@link BareAddresses} and is answered with nothing; each further
 * message is a {@link BareTask}, answered with a {@link CreationResult} or a {@link RotationResult}.
 */
import { createOne, type Made } from './bare-creation.ts';
import { retireOne, switchOne, type Switched } from './bare-rotation.ts';
import { BareServers, type BareAddresses } from './bare-servers.ts';
import { IN_FLIGHT, inFlight } from './workload.ts';

interface Creation {
  readonly type: 'create';
  /** Must exist. */
  readonly namespace: string;
  readonly prefix: string;
  readonly objects: number;
  readonly inFlight: number;
  /** How many objects to make before, over the same connections. */
  readonly warmUp: number;
}

/** Of the objects that were created with this prefix. */
interface Rotation {
  readonly type: 'rotate';
  readonly prefix: string;
  readonly inFlight: number;
}

export type BareTask = Creation | Rotation;

/** Times are milliseconds: of all objects, and for each of them until its Secret was there and until it was done. */
export interface CreationResult {
  readonly total: number;
  readonly untilSecret: readonly number[];
  readonly untilDone: readonly number[];
}

/** Milliseconds until all objects had another key, and from there until all former keys were invalidated. */
export interface RotationResult {
  readonly objects: number;
  readonly switching: number;
  readonly retiring: number;
}

const made = new Map<string, readonly Made[]>();

process.on('disconnect', () => process.exit());
process.once('message', (addresses: BareAddresses) => {
  const servers = new BareServers(addresses, IN_FLIGHT);
  process.on('message', (task: BareTask) => {
    const result = task.type === 'create' ? create(servers, task) : rotate(servers, task);
    void result.then((answer) => process.send?.(answer));
  });
  process.send?.({});
});

async function create(servers: BareServers, task: Creation): Promise<CreationResult> {
  const { namespace, prefix, objects, warmUp } = task;
  const one = (name: string): Promise<Made> => createOne(servers, namespace, name);
  await inFlight(warmUp, task.inFlight, async (index) => void (await one(`${prefix}-warm-${index}`)));
  const all: Made[] = [];
  const total = await timed(objects, task.inFlight, async (index) => void all.push(await one(`${prefix}-${index}`)));
  made.set(prefix, all);
  return {
    total,
    untilSecret: all.map(({ untilSecret }) => untilSecret),
    untilDone: all.map(({ untilDone }) => untilDone),
  };
}

async function rotate(servers: BareServers, task: Rotation): Promise<RotationResult> {
  const all = made.get(task.prefix) ?? [];
  const switched: Switched[] = [];
  const switching = await timed(all.length, task.inFlight, async (index) => {
    switched.push(await switchOne(servers, all[index] as Made));
  });
  const retiring = await timed(switched.length, task.inFlight, async (index) => {
    await retireOne(servers, switched[index] as Switched);
  });
  return { objects: switched.length, switching, retiring };
}

/** Milliseconds that it took. */
async function timed(count: number, atOnce: number, task: (index: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  await inFlight(count, atOnce, task);
  return performance.now() - began;
}
