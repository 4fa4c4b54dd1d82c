import { expect } from 'vitest';
import { elasticsearchVersions } from '../../testbed/current.ts';
import type { Site } from '../site.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';

/** So short that trouble, and its end, show at once. */
export const SHORT_TIMES = {
  BEATKEYS_DRIFT_INTERVAL: '2s',
  BEATKEYS_VISIBILITY_DELAY: '1s',
  BEATKEYS_ATTEMPT_LIMIT: '10s',
} as const;

/** A running operator with one site, of the newest Elasticsearch. */
export interface Trouble {
  readonly world: World;
  readonly site: Site;
  /** Also checks that no pass ended in a way that nobody thought of. */
  close(): Promise<void>;
}

/** Opens it, of the first of the versions if some are given; close it. */
export async function openTrouble({ settings, versions, ...options }: WorldOptions = {}): Promise<Trouble> {
  const [version = ''] = versions ?? elasticsearchVersions();
  const world = await openWorld({ ...options, versions: [version], settings: { ...SHORT_TIMES, ...settings } });
  const site = world.site(version);
  // As in `Authorization: Basic`.
  world.leaks.note(`${site.user.username}:${site.user.password}`);
  const close = async (): Promise<void> => {
    await world.close();
    // Whatever is the trouble, it is a failure that was thought of.
    const lines = world.operators.flatMap((operator) => operator.lines);
    expect(lines.filter((line) => line.includes('a pass ended with a defect'))).toEqual([]);
  };
  return { world, site, close };
}
