import type { Progress } from './progress.ts';
import { chooseProvider } from './testbed.ts';
import type {
  ControlPlaneOptions,
  ElasticsearchOptions,
  RunningControlPlane,
  RunningElasticsearch,
} from './servers.ts';

const progress: Progress = () => {};

/** A control plane of a test's own, to take away and bring back; 5 s. Stop it. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<RunningControlPlane> {
  const provider = await chooseProvider(progress);
  return provider.startControlPlane(options, progress);
}

/**
 * An API server of a test's own, of the newest Kubernetes, without controllers; 5 s. Stop it. `undefined` where the
 * servers of the run are of the only version that there is.
 */
export async function startNewestApiServer(
  options: ControlPlaneOptions = {},
): Promise<RunningControlPlane | undefined> {
  const provider = await chooseProvider(progress);
  return provider.startNewestApiServer?.(options, progress);
}

/** An Elasticsearch of a test's own, to take away and bring back; 20 to 35 s. Stop it. */
export async function startElasticsearch(options: ElasticsearchOptions): Promise<RunningElasticsearch> {
  const provider = await chooseProvider(progress);
  return provider.startElasticsearch(options, progress);
}
