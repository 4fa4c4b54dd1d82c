import { expect, vi } from 'vitest';
import type { BeatApiKey, BeatApiKeySpec } from '../../../src/api/types.ts';
import { aBeat, type Beat } from '../beat.ts';
import { condition } from '../objects.ts';
import type { Site } from '../site.ts';
import type { Trouble } from '../trouble/open.ts';
import { rounds } from '../trouble/rounds.ts';

const roleDescriptors = { role: { cluster: ['monitor'] } };

type Consumers = NonNullable<BeatApiKeySpec['consumers']>;

/** A spec with these consumers, whose replaced keys have next to no overlap. */
export function consumed(consumers: Consumers, rotation: BeatApiKeySpec['rotation'] = {}): Partial<BeatApiKeySpec> {
  return { roleDescriptors, consumers, rotation: { overlap: '1s', ...rotation } };
}

/** A key that took the place of another one. */
export interface Turn {
  readonly name: string;
  /** The object with the replaced key, and with its successor. */
  readonly first: BeatApiKey;
  readonly second: BeatApiKey;
  /** Who still has the replaced key. */
  readonly old: Beat;
}

/** Who has the key that a Secret holds now. */
async function holder({ node, objects }: Site, secret: string): Promise<Beat> {
  return aBeat(node, (await objects.data(secret))['encoded'] ?? '');
}

/**
 * Has the key of an object replaced, which is made where there is none, and waits until the second of the switch is
 * over: whatever starts after this has the new key, and the operator knows it.
 */
export async function turn(
  site: Site,
  name: string,
  consumers: Consumers,
  further: Partial<BeatApiKeySpec> = {},
): Promise<Turn> {
  const first = await site.objects.issue(name, { ...consumed(consumers, { request: 'one' }), ...further });
  return turnFrom(site, first, { ...consumed(consumers, { request: 'two' }), ...further });
}

/** The same for an object as it is, by a spec that asks for it. */
export async function turnFrom(site: Site, first: BeatApiKey, spec: Partial<BeatApiKeySpec>): Promise<Turn> {
  const { objects } = site;
  const { name } = first.metadata;
  const old = await holder(site, name);
  await objects.applyKey(name, spec);
  const second = await objects.rotated(name, first);
  const [replaced] = second.status?.retiring ?? [];
  const switched = Date.parse(replaced?.since ?? second.status?.creationTime ?? '');
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(switched + 1000), { timeout: 5000, interval: 100 });
  return { name, first, second, old };
}

/** Waits until the replaced key waits for exactly this, while all is well with the object. */
export async function untilWaitsFor({ objects }: Site, { name, first }: Turn, words: string): Promise<void> {
  let last: string | undefined;
  const isIt = ({ status }: BeatApiKey): boolean => {
    last = status?.retiring?.map(({ waitingFor }) => waitingFor).join(', ');
    return last === words;
  };
  try {
    const object = await objects.until('BeatApiKey', name, words, isIt);
    expect(object.status?.retiring).toMatchObject([{ keyID: first.status?.keyID }]);
    expectWell(object);
  } catch (error) {
    throw new Error(`${name} waits for "${last ?? 'nothing'}" instead of "${words}"`, { cause: error });
  }
}

/** Checks that nothing comes of it by itself: some intervals later the replaced key works and still waits for that. */
export async function staysWaiting({ site, world }: Trouble, { name, old }: Turn, words: string): Promise<void> {
  await rounds(world.operator, 2);
  const object = await site.objects.find('BeatApiKey', name);
  expect(object?.status?.retiring?.map(({ waitingFor }) => waitingFor)).toEqual([words]);
  expectWell(object);
  expect(await old.authenticate()).toBe(200);
}

/** Waits until the replaced key is gone, and checks that its successor is the only one left. */
export async function untilRetired(site: Site, { name, old }: Pick<Turn, 'name' | 'old'>): Promise<BeatApiKey> {
  const done = await site.objects.until('BeatApiKey', name, 'the retirement', ({ status }) => !status?.retiring);
  expectWell(done);
  expect(await old.authenticate()).toBe(401);
  expect(await (await holder(site, name)).authenticate()).toBe(200);
  await site.untilOneLives(done);
  return done;
}

/** Flux and Argo CD take the object for done: nothing is said of a key that waits but in `status.retiring`. */
export function expectWell(object: BeatApiKey | undefined): void {
  const states = (['Ready', 'Reconciling', 'Stalled'] as const).map((type) => [
    type,
    object === undefined ? undefined : condition(object, type)?.status,
  ]);
  expect(Object.fromEntries(states)).toEqual({ Ready: 'True', Reconciling: 'False', Stalled: 'False' });
}
