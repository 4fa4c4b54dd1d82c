import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Leaks } from '../leaks/leaks.ts';
import { ApiServer } from '../scenario/api-server.ts';
import { createLendingUser, everyPreset, type LendingUser } from '../scenario/lending-user.ts';
import { Objects } from '../scenario/objects.ts';
import { elasticsearch } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { startControlPlane } from '../testbed/own.ts';
import type { ElasticsearchNode, RunningControlPlane } from '../testbed/servers.ts';

export const NAMESPACE = 'beatkeys-system';
const root = path.resolve(import.meta.dirname, '../..');
const EXAMPLE_URL = 'https://elasticsearch.example:9200';

/** A Kubernetes cluster that has never seen Beatkeys, with nodes that play pods, and an Elasticsearch of the run. */
export interface EmptyCluster extends AsyncDisposable {
  readonly plane: RunningControlPlane;
  readonly node: ElasticsearchNode;
  readonly user: LendingUser;
  readonly leaks: Leaks;
  /** The objects of the namespace that the examples are in. */
  readonly logging: Objects;
  readonly system: Objects;
  /** Everything that one finds who looks for what Beatkeys leaves in the cluster; sorted names with their kinds. */
  traces(): Promise<readonly string[]>;
  /** Brings the credential of the connection, and the connection and the keys of the examples. */
  applyExamples(): Promise<void>;
}

/** Starts one; about 10 s. */
export async function openEmptyCluster(): Promise<EmptyCluster> {
  await using stack = new AsyncDisposableStack();
  const plane = await startControlPlane();
  stack.defer(() => plane.stop());
  await plane.startNodes(2);
  const node = stack.adopt(elasticsearch(), (client) => client.close());
  const user = stack.use(await createLendingUser(node, everyPreset));
  const api = stack.use(new ApiServer(plane));
  const leaks = new Leaks();
  leaks.note(user.password);
  const system = new Objects(NAMESPACE, plane, api);
  const kept = stack.move();
  return {
    ...{ plane, node, user, leaks, system },
    logging: new Objects('logging', plane, api),
    traces: () => tracesIn(plane),
    applyExamples: () => applyExamples(system, plane, node, user),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function applyExamples(
  system: Objects,
  plane: RunningControlPlane,
  node: ElasticsearchNode,
  user: LendingUser,
): Promise<void> {
  const { username, password } = user;
  const of = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name, namespace: NAMESPACE } });
  await system.apply(
    { ...of('Secret', 'elasticsearch-credential'), stringData: { username, password } },
    { ...of('ConfigMap', 'elasticsearch-ca'), data: { 'ca.crt': node.ca ?? '' } },
  );
  for (const name of ['00-namespaces', '01-connection', 'packetbeat', 'packetbeat-daemonset']) {
    const text = await readFile(path.join(root, `examples/${name}.yaml`), 'utf8');
    const served = text.replaceAll(EXAMPLE_URL, node.url);
    await mustKubectl(plane, ['apply', '-f', '-'], node.ca === undefined ? withoutTls(served) : served);
  }
}

/** The connection's `tls`, which is refused beside an http URL. */
const withoutTls = (text: string): string => text.replace(/^ {2}tls:\n {4}caRef:.*\n/m, '');

/** The namespaces and definitions, and what is in no namespace and named after us. */
async function tracesIn(plane: RunningControlPlane): Promise<readonly string[]> {
  const kinds = 'namespaces,customresourcedefinitions,clusterroles,clusterrolebindings';
  const { stdout, code } = await plane.kubectl(['get', kinds, '-o', 'name']);
  if (code !== 0) throw new Error('the API server does not tell what is in it');
  return stdout
    .split('\n')
    .filter((name) => name.includes('beatkeys'))
    .toSorted();
}

/** Writes a file of values for `helm upgrade`. */
export const writeValues = (folder: string, values: object): Promise<void> =>
  writeFile(path.join(folder, 'values.yaml'), JSON.stringify(values));
