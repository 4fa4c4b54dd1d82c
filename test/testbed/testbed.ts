import { docker } from './docker.ts';
import { release } from './elasticsearch/releases.ts';
import { external, externalServersGiven } from './external.ts';
import { native } from './native.ts';
import type { Progress } from './progress.ts';
import type { ControlPlaneAddress, ElasticsearchAddress, Provider, RunningControlPlane } from './servers.ts';

/** Where the servers of a test run are. Plain data: it goes from the process that started them to the tests. */
export interface Coordinates {
  readonly controlPlane: ControlPlaneAddress;
  readonly elasticsearch: readonly ElasticsearchAddress[];
}

/** The servers of a test run: one control plane, and one Elasticsearch of each version. */
export interface Testbed {
  readonly coordinates: Coordinates;
  stop(): Promise<void>;
}

export interface TestbedOptions {
  /** A folder of CustomResourceDefinitions. */
  readonly crds?: string;
  /** How many nodes to make; 5 when not given. */
  readonly nodes?: number;
}

/**
 * The provider to use: the servers that the environment names; else containers, where a Docker engine answers and has
 * the images; else processes of this machine. Throws, with a sentence for everything that is missing.
 */
export async function chooseProvider(
  progress: Progress,
  choice: readonly Provider[] = externalServersGiven ? [external] : [docker, native],
): Promise<Provider> {
  const sentences: string[] = [];
  for (const provider of choice) {
    const missing = await provider.missing(progress);
    if (missing.length === 0) return provider;
    if (provider !== docker) sentences.push(...missing);
  }
  if (choice.includes(native)) sentences.push('Or start a Docker engine: the tests then take containers.');
  throw new Error(sentences.join('\n'));
}

/** Starts all servers of a test run at once. When one does not start, none is left. */
export async function startTestbed(provider: Provider, options: TestbedOptions, progress: Progress): Promise<Testbed> {
  const started: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));
  const versions = await provider.versions();
  const nodes = versions.map((version) => {
    const tls = provider !== external && release(version).tls;
    return keep(provider.startElasticsearch({ version, tls }, progress));
  });
  const plane = startControlPlane(provider, options, progress, keep);
  try {
    const [controlPlane, elasticsearch] = await Promise.all([plane, Promise.all(nodes)]);
    return {
      coordinates: { controlPlane: planeAddress(controlPlane), elasticsearch: elasticsearch.map(nodeAddress) },
      stop,
    };
  } catch (error) {
    progress('a server did not start; stopping the others …');
    await Promise.allSettled([plane, ...nodes]);
    await stop();
    throw error;
  }
}

async function startControlPlane(
  provider: Provider,
  { crds, nodes = 5 }: TestbedOptions,
  progress: Progress,
  keep: (starting: Promise<RunningControlPlane>) => Promise<RunningControlPlane>,
): Promise<RunningControlPlane> {
  const options = { audit: true, ...(crds === undefined ? {} : { crds }) };
  const plane = await keep(provider.startControlPlane(options, progress));
  await plane.startNodes(nodes);
  return plane;
}

function planeAddress(plane: ControlPlaneAddress): ControlPlaneAddress {
  const { kubeconfig, url, token, ca, kubectlPath, helmPath, playedNodes, auditLog } = plane;
  return {
    ...{ kubeconfig, url, token, ca, kubectlPath, helmPath, playedNodes },
    ...(auditLog === undefined ? {} : { auditLog }),
  };
}

function nodeAddress({ url, version, username, password, ca }: ElasticsearchAddress): ElasticsearchAddress {
  return { url, version, username, password, ...(ca === undefined ? {} : { ca }) };
}
