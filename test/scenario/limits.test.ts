import { afterAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey, BeatApiKeySpec } from '../../src/api/types.ts';
import { startFaultProxy, type FaultProxy, type Seen } from '../contract/fault-proxy.ts';
import { beatApiKey, connection } from './manifests.ts';
import { condition } from './objects.ts';
import { openTrouble } from './trouble/open.ts';

/** How much of a cluster the operator may use is kept to, seen by a proxy in front of the real one. */

const { world, site, close } = await openTrouble({
  settings: { BEATKEYS_DRIFT_INTERVAL: '5s', BEATKEYS_ATTEMPT_LIMIT: '30s' },
});
const { objects, node, user } = site;
const fronts = { few: await startFaultProxy(node), many: await startFaultProxy(node) };
/** As long as very many objects may take on a busy machine, milliseconds. */
const LONG = 600_000;
afterAll(async () => {
  fronts.many.fault = () => undefined;
  // By the operator: whoever takes so many finalizers away one by one takes longer.
  await objects.kubectl(['delete', 'beatapikeys', '--all', '--wait=false']);
  await vi.waitFor(async () => expect(await objects.list('BeatApiKey')).toEqual([]), PATIENCE);
  await close();
  await Promise.all(Object.values(fronts).map((front) => front[Symbol.asyncDispose]()));
}, LONG);

const PATIENCE = { timeout: 200_000, interval: 500 };
const roleDescriptors = { role: { cluster: ['monitor'] } };
const isMint = ({ method, url }: Seen): boolean => method === 'PUT' && url.pathname === '/_security/api_key';

/** Some objects of one connection, each `NAME-NUMBER`. */
class Herd {
  readonly #name: string;
  readonly #names: readonly string[];

  constructor(name: string, count: number) {
    this.#name = name;
    this.#names = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  }

  async apply(spec: Partial<BeatApiKeySpec> = {}): Promise<void> {
    const complete = { connectionRef: { name: this.#name }, roleDescriptors, ...spec };
    await objects.apply(...this.#names.map((name) => beatApiKey(objects.namespace, name, complete)));
  }

  async list(): Promise<readonly BeatApiKey[]> {
    return (await objects.list('BeatApiKey')).filter(({ metadata }) => this.#names.includes(metadata.name));
  }

  /** Waits until this holds for each. */
  async until(what: (object: BeatApiKey) => unknown, wanted: unknown): Promise<readonly BeatApiKey[]> {
    const all = this.#names.map(() => wanted);
    return vi.waitFor(async () => {
      const listed = await this.list();
      expect(listed.map(what)).toEqual(all);
      return listed;
    }, PATIENCE);
  }
}

const isReady = (object: BeatApiKey): boolean =>
  object.status?.observedGeneration === object.metadata.generation &&
  condition(object, 'Ready')?.status === 'True' &&
  condition(object, 'Reconciling')?.status === 'False';
const reconciling = (object: BeatApiKey) => condition(object, 'Reconciling')?.reason;

/** No creation came before its time, counted from `since`: the rate, and what may be saved up for a burst. */
function expectRate(mints: readonly Seen[], since: number, perMinute: number): void {
  const burst = Math.max(1, Math.ceil(perMinute / 60));
  const early = mints.filter(({ at }, index) => index + 1 > burst + ((at - since) / 60_000) * perMinute);
  expect(early.map(({ at }) => at - since)).toEqual([]);
}

const connect = (name: string, front: FaultProxy, limits: object) =>
  objects.apply(...connection(objects.namespace, name, { ...node, url: front.url }, user, { limits }));

describe('limits.createdKeysPerMinute', () => {
  const PER_MINUTE = 10;
  const OBJECTS = 4;

  test('has objects wait for their turn, and tells them what they wait for', async () => {
    await connect('few', fronts.few, { createdKeysPerMinute: PER_MINUTE });
    const herd = new Herd('few', OBJECTS);
    const began = performance.now();
    await herd.apply();
    const told = new Map<string, string>();
    await vi.waitFor(
      async () => {
        const all = await herd.list();
        for (const object of all) {
          if (reconciling(object) === 'Throttled')
            told.set(object.metadata.name, condition(object, 'Reconciling')?.message ?? '');
        }
        expect(all.filter(isReady)).toHaveLength(OBJECTS);
      },
      { timeout: 200_000, interval: 200 },
    );
    const says = `Elasticsearch: create API key: spec.limits.createdKeysPerMinute of the connection (${PER_MINUTE}) is reached`;
    expect(new Set(told.values())).toEqual(new Set([says]));
    const mints = fronts.few.seen.filter(isMint);
    expect(mints.length).toBeGreaterThanOrEqual(OBJECTS);
    expectRate(mints, began, PER_MINUTE);
    expect(await world.operator.count('beatkeys_key_creations_delayed_total')).toBeGreaterThanOrEqual(told.size);
  });
});

describe('A cluster that was away while many objects became due', () => {
  const OBJECTS = 100;
  const LIMITS = { concurrentRequests: 4, createdKeysPerMinute: 600 };
  /** Failures that open the breaker, what was in flight then, and one probe for each of ten pauses that double. */
  const MOST_WHILE_AWAY = 3 + LIMITS.concurrentRequests + 10;

  test('is left alone meanwhile, and met with bounded load when it is back', { timeout: LONG }, async () => {
    const front = fronts.many;
    await connect('many', front, LIMITS);
    const herd = new Herd('many', OBJECTS);
    const began = performance.now();
    await herd.apply();
    const before = await herd.until(isReady, true);
    expectRate(front.seen.filter(isMint), began, LIMITS.createdKeysPerMinute);

    front.fault = () => 'reset';
    const { length: untilAway } = front.seen;
    await objects.connectionRefused('many', 'Unreachable');
    await herd.apply({ rotation: { request: 'while it was away', overlap: '1h' } });
    await herd.until(reconciling, 'Unavailable');
    expect(front.seen.length - untilAway).toBeLessThanOrEqual(MOST_WHILE_AWAY);

    const { length: untilBack } = front.seen;
    const back = performance.now();
    front.fault = () => undefined;
    await herd.until(({ status }) => status?.handledRequest, 'while it was away');
    const after = await herd.until(isReady, true);

    const mints = front.seen.slice(untilBack).filter(isMint);
    expect(mints.length).toBeGreaterThanOrEqual(OBJECTS);
    expectRate(mints, back, LIMITS.createdKeysPerMinute);
    // No more, and it was made use of.
    expect(front.mostInFlight).toBe(LIMITS.concurrentRequests);
    const readySince = (all: readonly BeatApiKey[]) =>
      new Map(all.map((object) => [object.metadata.name, condition(object, 'Ready')?.lastTransitionTime]));
    expect(readySince(after)).toEqual(readySince(before));
  });
});
