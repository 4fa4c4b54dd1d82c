import type { ListResult, ListTask } from './bare-lists.ts';
import { bareAddresses } from './bare.ts';
import type { Sample } from './figures.ts';
import { withOperator, type OperatorOptions } from './operator-process.ts';
import { operatorRequests, untilQuiet, type Measured, type OperatorRequests } from './phases.ts';
import { Program } from './program.ts';
import { demand, proveIssued } from './proof.ts';
import { matching, type Requests } from './proxy.ts';
import type { Server } from './route.ts';
import { LANES, type World } from './world.ts';

/** What the lists of a restart are, whatever asks for them. */
const LIST: Readonly<Record<Server, RegExp>> = { kubernetes: /^list /, elasticsearch: /_query\/api_key$/ };
/** The Lease is renewed all the time, and watches are no requests of their own: they follow each list. */
const BESIDE = /^watch | leases$/;

/** What an operator asks from its start until it has nothing left to do. */
export async function restartRequests(world: World, options: OperatorOptions): Promise<OperatorRequests> {
  const counted = await world.proxy.count();
  await withOperator(options, async (operator) => {
    await operator.untilDone(0);
    await untilQuiet(world);
  });
  return operatorRequests(counted);
}

export interface RestartOptions {
  readonly operator: OperatorOptions;
  /** The program of the bare lists, built. */
  readonly lists: string;
  readonly objects: number;
  /** What a restart asks where there are no objects. */
  readonly none: OperatorRequests;
}

/**
 * An operator that finds all objects in order, from the start of its process until it has nothing left to do: its caches
 * are filled, the first inventory is in, and it has passed over every object since. Before it and after it, the bare
 * lists in a process that is started for them.
 */
export async function measureRestart(world: World, options: RestartOptions): Promise<Measured> {
  const { operator: operatorOptions, objects, none } = options;
  const limits = [await bareLists(world, options)];
  world.progress(`operator: a restart with ${objects} objects …`);
  let seconds = NaN;
  const counted = await world.proxy.count();
  await withOperator(operatorOptions, async (operator) => {
    seconds = await operator.untilDone(objects);
    await untilQuiet(world);
  });
  const requests = await operatorRequests(counted);
  await proveIssued(world, objects);
  limits.push(await bareLists(world, options));
  for (const server of ['kubernetes', 'elasticsearch'] as const) {
    for (const { requests: bare } of limits) sameLists(server, requests[server], bare[server]);
  }
  const bareSeconds = limits.reduce((all, limit) => all + limit.seconds, 0) / limits.length;
  const sample: Sample = {
    'restart.seconds': seconds,
    'restart.seconds.bare': bareSeconds,
    'restart.secondsVsBareLists': seconds / bareSeconds,
    'restart.requestsPerObject': growth(requests, none) / objects,
  };
  return { sample, requests };
}

async function bareLists(world: World, { lists, objects, operator }: RestartOptions) {
  world.progress(`bare lists: ${objects} objects …`);
  const task: ListTask = { addresses: bareAddresses(world), installation: operator.installation };
  const counted = await world.proxy.count();
  const began = performance.now();
  using program = new Program(lists);
  const found = (await program.ask(task)) as ListResult;
  const seconds = (performance.now() - began) / 1000;
  const expected = { objects, connections: 1, secrets: objects, credentials: 1 };
  for (const [what, count] of Object.entries(expected))
    demand(`${what} listed`, found[what as keyof ListResult], count);
  const requests: OperatorRequests = {
    kubernetes: await counted(LANES.bareKubernetes),
    elasticsearch: await counted(LANES.bareElasticsearch),
  };
  return { seconds, requests };
}

/** Throws where one asked for other lists, or for more or fewer pages, than the other. */
function sameLists(server: Server, operator: Requests, bare: Requests): void {
  const pages = (requests: Requests): Requests => matching(requests, (route) => LIST[server].test(route));
  const routes = new Set([...Object.keys(pages(operator)), ...Object.keys(bare)]);
  for (const route of routes)
    demand(`pages of the bare lists: ${route}`, bare[route] ?? 0, pages(operator)[route] ?? 0);
}

/** How many more requests than without objects, the lists left out. */
function growth(requests: OperatorRequests, none: OperatorRequests): number {
  return (['kubernetes', 'elasticsearch'] as const).reduce((all, server) => {
    const others = matching(requests[server], (route) => !LIST[server].test(route) && !BESIDE.test(route));
    const more = Object.entries(others).map(([route, count]) => Math.max(0, count - (none[server][route] ?? 0)));
    return all + more.reduce((total, each) => total + each, 0);
  }, 0);
}
