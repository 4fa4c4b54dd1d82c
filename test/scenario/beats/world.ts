import { afterAll, beforeAll } from 'vitest';
import { elasticsearchVersions } from '../../testbed/current.ts';
import type { Site } from '../site.ts';
import { openWorld, type World } from '../world.ts';
import { openPairs, type Pairs } from './pair.ts';

/** Longer than the Beats take to be built the first time, on a busy machine. */
const BUILD_MS = 60 * 60_000;

/** A site with a pair of each Beat. */
export interface BeatsSite {
  readonly site: Site;
  readonly pairs: Pairs;
}

/** Opens a world with the newest Elasticsearch, and pairs in it, before the tests of a `describe`; closed after them. */
export function beatsSite(overlap: string): () => BeatsSite {
  let opened: { readonly world: World; readonly site: Site; readonly pairs: Pairs } | undefined;
  beforeAll(async () => {
    const [version = ''] = elasticsearchVersions();
    const world = await openWorld({ versions: [version], restarts: true });
    const site = world.site(version);
    opened = { world, site, pairs: await openPairs(site, overlap) };
  }, BUILD_MS);
  afterAll(async () => {
    await opened?.pairs[Symbol.asyncDispose]();
    await opened?.world.close();
  });
  return () => {
    if (opened === undefined) throw new Error('the Beats were not started');
    return opened;
  };
}
