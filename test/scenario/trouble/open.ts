import { expect } from 'vitest';
import { controlPlane, elasticsearchVersions } from '../../testbed/current.ts';
import type { OperatorOptions } from '../../operator/operator.ts';
import { ApiServer } from '../api-server.ts';
import { Leaks } from '../../leaks/leaks.ts';
import { openNamespace, openSite, type Ground, type Site, type SiteOptions } from '../site.ts';
import { World } from '../world.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** So short that trouble, and its end, show at once. */
export const SHORT_TIMES = {
  BEATKEYS_DRIFT_INTERVAL: '2s',
  BEATKEYS_VISIBILITY_DELAY: '1s',
  BEATKEYS_ATTEMPT_LIMIT: '5s',
} as const;

export interface TroubleOptions extends SiteOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** What stands in front of the API server; it speaks plain HTTP. */
  readonly kubernetesURL?: string;
}

/** A running operator with one site, of the newest Elasticsearch, that speaks to the API server through something. */
export interface Trouble {
  readonly world: World;
  readonly site: Site;
  /** Also checks that no pass ended in a way that nobody thought of. */
  close(): Promise<void>;
}

/** Opens it; close it. */
export async function openTrouble({ settings, kubernetesURL, ...options }: TroubleOptions = {}): Promise<Trouble> {
  await using stack = new AsyncDisposableStack();
  const plane = controlPlane();
  const ground: Ground = { plane, api: stack.use(new ApiServer(plane)), leaks: new Leaks(), stack };
  const [version = ''] = elasticsearchVersions();
  const home = await openNamespace(ground);
  const site = await openSite(version, ground, options);
  // As in `Authorization: Basic`.
  ground.leaks.note(`${site.user.username}:${site.user.password}`);
  const kubeconfig =
    kubernetesURL === undefined ? plane.kubeconfig : stack.use(await writeKubeconfig(kubernetesURL, plane.token)).path;
  const operator: OperatorOptions = {
    kubeconfig,
    namespace: home.namespace,
    watch: [site.objects, ...site.guests].map(({ namespace }) => namespace),
    settings: { ...SHORT_TIMES, ...settings },
  };
  const world = new World({ home, sites: new Map([[version, site]]), operator, leaks: ground.leaks });
  await world.startOperator();
  world.keep(stack.move());
  const close = async (): Promise<void> => {
    await world.close();
    // Whatever is the trouble, it is a failure that was thought of.
    expect(world.operator.lines.filter((line) => line.includes('a pass ended with a defect'))).toEqual([]);
  };
  return { world, site, close };
}
