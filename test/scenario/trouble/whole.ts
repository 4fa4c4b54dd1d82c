import { expect, vi } from 'vitest';
import type { BeatApiKey } from '../../../src/api/types.ts';
import { aBeat } from '../beat.ts';
import { lives } from '../server-keys.ts';
import type { Site } from '../site.ts';

/** Longer than an attempt and an overlap take, milliseconds. */
const PATIENCE = { timeout: 90_000, interval: 500 };

/**
 * Waits until all is as it should be: the object is ready, its Secret holds one key in all its forms, which works, and
 * no other key that was ever made for the object lives. Gives the object.
 */
export async function untilWhole({ objects, keys, node }: Site, name: string): Promise<BeatApiKey> {
  const object = await vi.waitFor(async () => {
    const ready = await objects.ready(name);
    const { id, key, api_key, encoded } = await objects.data(ready.status?.secretName ?? name);
    // Compared here, so that no value is shown where they differ.
    const halves = `${id}:${key}`;
    expect({ id, api_key: api_key === halves, encoded: encoded === btoa(halves) }).toEqual({
      id: ready.status?.keyID,
      api_key: true,
      encoded: true,
    });
    expect((await keys(ready)).filter(lives).map((each) => each.id)).toEqual([id]);
    return ready;
  }, PATIENCE);
  const { encoded = '' } = await objects.data(object.status?.secretName ?? name);
  expect(await aBeat(node, encoded).authenticate()).toBe(200);
  return object;
}
