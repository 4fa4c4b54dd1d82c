import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { docker } from '../../test/testbed/docker.ts';
import { native } from '../../test/testbed/native.ts';
import { chooseProvider } from '../../test/testbed/testbed.ts';
import type { ControlPlane, ElasticsearchNode } from '../../test/testbed/servers.ts';
import { root } from './shell.ts';
import type { Stage } from './stage.ts';
import { tell } from './terminal.ts';

/** The real servers that the demo plays on. */
export interface Servers {
  readonly plane: ControlPlane;
  readonly elasticsearch: ElasticsearchNode;
  /** The file with the CA of Elasticsearch. */
  readonly caFile: string;
}

/** Takes note of a server once it is up. */
type Keep = <T extends { stop(): Promise<void> }>(starting: Promise<T>) => Promise<T>;

/**
 * Starts a Kubernetes control plane with the CRDs and one Elasticsearch, both only for the demo: servers that the
 * environment names are somebody's own, and left alone. `onPlane` is work that needs the control plane only.
 */
export async function startServers(
  stage: Stage,
  folder: string,
  onPlane: (plane: ControlPlane) => Promise<void>,
): Promise<Servers> {
  const provider = await chooseProvider(tell, [docker, native]);
  const [version = ''] = await provider.versions();
  const keep: Keep = async (starting) => {
    const server = await starting;
    stage.up(() => server.stop());
    return server;
  };
  const startPlane = async () => {
    const plane = await keep(provider.startControlPlane({ crds: path.join(root, 'crds') }, tell));
    await onPlane(plane);
    return plane;
  };
  const [plane, elasticsearch] = await Promise.all([
    startPlane(),
    keep(provider.startElasticsearch({ version, tls: true }, tell)),
  ]);
  const caFile = path.join(folder, 'ca.crt');
  writeFileSync(caFile, elasticsearch.ca ?? '');
  return { plane, elasticsearch, caFile };
}
