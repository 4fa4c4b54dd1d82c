import type { Fault as Answer, FaultProxy, Seen } from '../../contract/fault-proxy.ts';
import type { World } from '../world.ts';
import { pause } from './pause.ts';

/** What stands between the operator and its servers. */
export interface Fronts {
  readonly kubernetes: FaultProxy;
  readonly elasticsearch: readonly FaultProxy[];
}

/** Something that goes wrong for a moment. */
export interface Fault {
  readonly name: string;
  /** Lets it happen. Answers how many requests, watches or processes it has hit. */
  strike(signal: AbortSignal): Promise<number>;
}

/** Longer than a request takes, and much shorter than any key of the tests has left. */
const LASTS_MS = 1500;
/** How long a fault waits for something to hit; between rotations the operator asks little. */
const PATIENCE_MS = 20_000;

/** Every fault, in the order in which they come again and again. */
export function allFaults(world: World, { kubernetes, elasticsearch }: Fronts): readonly Fault[] {
  const at = (proxies: readonly FaultProxy[], name: string, answer: Answer, matches?: (request: Seen) => boolean) => ({
    name,
    strike: (signal: AbortSignal) => strikeAt(proxies, answer, matches ?? (() => true), signal),
  });
  return [
    at(elasticsearch, 'Elasticsearch cuts connections', 'reset'),
    { name: 'the operator is killed', strike: (signal) => kill(world, signal) },
    at([kubernetes], 'the answers to writes to Kubernetes are lost', 'lose the answer', isWrite),
    at(elasticsearch, 'Elasticsearch answers 503', { status: 503, body: { error: 'words of a proxy' } }),
    at([kubernetes], 'the API server cuts connections', 'reset'),
    at(elasticsearch, 'the answers to changes of keys are lost', 'lose the answer', changesKeys),
    { name: 'watches are cut', strike: (signal) => cutWatches(kubernetes, signal) },
    at(elasticsearch, 'Elasticsearch answers 429', { status: 429, headers: { 'retry-after': '1' } }),
  ];
}

const isWrite = ({ method }: Seen): boolean => method !== 'GET';
const changesKeys = ({ method, url }: Seen): boolean =>
  method !== 'GET' && url.pathname.startsWith('/_security/api_key');

async function strikeAt(
  proxies: readonly FaultProxy[],
  answer: Answer,
  matches: (request: Seen) => boolean,
  signal: AbortSignal,
): Promise<number> {
  let hits = 0;
  for (const proxy of proxies) {
    proxy.fault = (request) => {
      if (!matches(request)) return undefined;
      hits += 1;
      return answer;
    };
  }
  await pause(LASTS_MS, signal);
  await until(() => hits > 0, signal);
  for (const proxy of proxies) proxy.fault = () => undefined;
  return hits;
}

async function cutWatches(kubernetes: FaultProxy, signal: AbortSignal): Promise<number> {
  await until(() => kubernetes.watches > 0, signal);
  const hits = kubernetes.watches;
  kubernetes.cut();
  return hits;
}

/** Whoever looks after the operator starts it again. */
async function kill(world: World, signal: AbortSignal): Promise<number> {
  const { operator } = world;
  const hits = operator.runs ? 1 : 0;
  await operator.kill();
  await until(() => world.operator !== operator, signal);
  return hits;
}

async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  while (!holds() && !patience.aborted) await pause(50, patience);
}
