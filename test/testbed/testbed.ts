import { native } from './native.ts';
import { releases } from './elasticsearch/releases.ts';
import type { Progress } from './progress.ts';
import type {
  ControlPlaneAddress,
  ElasticsearchAddress,
  Provider,
  RunningControlPlane,
  RunningElasticsearch,
} from './servers.ts';

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

/** Starts all servers of a test run at once. When one does not start, none is left. */
export async function startTestbed(provider: Provider, options: TestbedOptions, progress: Progress): Promise<Testbed> {
  const { crds, nodes = 5 } = options;
  const plane = provider
    .startControlPlane({ audit: true, ...(crds === undefined ? {} : { crds }) }, progress)
    .then(async (started) => {
      await started.startNodes(nodes);
      return started;
    });
  const elasticsearch = provider.versions.map((version) =>
    provider.startElasticsearch({ version, tls: releases[version].tls }, progress),
  );
  const all = await Promise.allSettled([plane, ...elasticsearch]);
  const started = all.filter((each) => each.status === 'fulfilled').map((each) => each.value);
  const stop = async () => void (await Promise.all(started.map((each) => each.stop())));
  const failed = all.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    coordinates: {
      controlPlane: planeAddress(await plane),
      elasticsearch: (await Promise.all(elasticsearch)).map(nodeAddress),
    },
    stop,
  };
}

/** The provider that fits this machine, in the order external, docker, native. */
export function chooseProvider(): Provider {
  return native;
}

function planeAddress(plane: RunningControlPlane): ControlPlaneAddress {
  const { kubeconfig, url, token, ca, kubectlPath, helmPath, playedNodes, auditLog } = plane;
  return {
    ...{ kubeconfig, url, token, ca, kubectlPath, helmPath, playedNodes },
    ...(auditLog === undefined ? {} : { auditLog }),
  };
}

function nodeAddress({ url, version, username, password, ca }: RunningElasticsearch): ElasticsearchAddress {
  return { url, version, username, password, ...(ca === undefined ? {} : { ca }) };
}
