import { readFile } from 'node:fs/promises';
import { connectElasticsearch } from './elasticsearch/client.ts';
import { administer } from './kubernetes/administrator.ts';
import { installCrds } from './kubernetes/client.ts';
import { temporaryFolder } from './leftovers.ts';
import type { ElasticsearchNode, Provider } from './servers.ts';

const {
  KUBECONFIG: kubeconfig = '',
  ELASTICSEARCH_URL: url = '',
  ELASTICSEARCH_USERNAME: username = 'elastic',
  ELASTICSEARCH_PASSWORD: password = '',
  ELASTICSEARCH_CA: caFile = '',
} = process.env;

/** Whether somebody named servers to test against: both, or it is not meant. */
export const externalServersGiven = kubeconfig !== '' && url !== '';

/**
 * A cluster and an Elasticsearch that somebody else runs, for tests only: `KUBECONFIG`, `ELASTICSEARCH_URL`,
 * `ELASTICSEARCH_USERNAME` (elastic), `ELASTICSEARCH_PASSWORD` and, if it is not a public one, the file of its CA in
 * `ELASTICSEARCH_CA`. The CRDs stay in the cluster; nothing is interrupted.
 */
export const external: Provider = {
  name: 'external',
  missing: async () => {
    try {
      await withElasticsearch(versionOf);
      return [];
    } catch {
      return ['ELASTICSEARCH_URL does not answer with these credentials: check the variables ELASTICSEARCH_*.'];
    }
  },
  versions: async () => [await withElasticsearch(versionOf)],
  startControlPlane: async ({ crds }, progress) => {
    const folder = temporaryFolder('external');
    const { plane, leave } = await administer(kubeconfig, folder.path, progress);
    if (crds !== undefined) await installCrds(plane, crds);
    const stop = async () => {
      await leave();
      await folder.remove();
    };
    return { ...plane, startNodes: () => Promise.resolve(), stop };
  },
  startElasticsearch: async ({ version }) => {
    const node = await connect(version);
    return { ...node, stop: () => node.close() };
  },
};

async function connect(version: string): Promise<ElasticsearchNode> {
  const ca = caFile === '' ? {} : { ca: await readFile(caFile, 'utf8') };
  return connectElasticsearch({ url, version, username, password, ...ca });
}

async function withElasticsearch<T>(ask: (node: ElasticsearchNode) => Promise<T>): Promise<T> {
  const node = await connect('');
  try {
    return await ask(node);
  } finally {
    await node.close();
  }
}

async function versionOf(node: ElasticsearchNode): Promise<string> {
  const { status, body } = await node.request('GET', '/');
  if (status !== 200) throw new Error(`GET / was answered with ${status}`);
  return (body as { version: { number: string } }).version.number;
}
