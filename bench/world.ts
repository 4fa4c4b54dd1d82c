import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localCertificate } from '../test/testbed/elasticsearch/certificate.ts';
import { renderKubeconfig } from '../test/testbed/kubernetes/client.ts';
import { temporaryFolder } from '../test/testbed/leftovers.ts';
import { native } from '../test/testbed/native.ts';
import type { Progress } from '../test/testbed/progress.ts';
import type { RunningControlPlane, RunningElasticsearch } from '../test/testbed/servers.ts';
import { Kubernetes, type KubernetesAddress } from './kubernetes.ts';
import { Proxy } from './proxy.ts';
import { connection, CONNECTION, IN_FLIGHT, NAMESPACES, PATHS, USER_ROLE } from './workload.ts';

/** What is measured, each counted apart. */
export const LANES = {
  operatorKubernetes: 'operator to Kubernetes',
  operatorElasticsearch: 'operator to Elasticsearch',
  load: 'load to Kubernetes',
  bareKubernetes: 'bare loop to Kubernetes',
  bareElasticsearch: 'bare loop to Elasticsearch',
} as const;

/** The servers, the proxy before them, and who speaks to them. */
export interface World {
  readonly progress: Progress;
  readonly folder: string;
  readonly proxy: Proxy;
  /** Past the proxy: for what is looked at. */
  readonly admin: Kubernetes;
  /** Through the proxy, as the bare loop does: for what is applied. */
  readonly load: Kubernetes;
  readonly elasticsearch: RunningElasticsearch;
  readonly user: { readonly username: string; readonly password: string };
  /** For the operator. */
  readonly kubeconfig: string;
  /** An API server through a lane. */
  address(lane: string): KubernetesAddress;
  stop(): Promise<void>;
}

/** Starts the test bed's servers as processes of this machine, and makes ready what operator and bare loop need. */
export async function startWorld(crds: string, progress: Progress): Promise<World> {
  const missing = await native.missing(progress);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const [version = ''] = await native.versions();
  const [planeStart, nodeStart] = await Promise.allSettled([
    native.startControlPlane({ crds }, progress),
    native.startElasticsearch({ version, fullSpeed: true }, progress),
  ]);
  if (planeStart.status === 'rejected' || nodeStart.status === 'rejected') {
    for (const start of [planeStart, nodeStart]) if (start.status === 'fulfilled') await start.value.stop();
    throw [planeStart, nodeStart].find((start) => start.status === 'rejected')?.reason;
  }
  return makeReady(planeStart.value, nodeStart.value, progress);
}

async function makeReady(plane: RunningControlPlane, elasticsearch: RunningElasticsearch, progress: Progress) {
  const folder = temporaryFolder('bench');
  const certificate = await localCertificate();
  const tls = { ca: plane.ca, key: certificate.key, certificate: certificate.certificate };
  const proxy = await Proxy.start([
    ...[LANES.operatorKubernetes, LANES.load, LANES.bareKubernetes].map((name) => {
      return { name, server: 'kubernetes' as const, url: plane.url, tls };
    }),
    ...[LANES.operatorElasticsearch, LANES.bareElasticsearch].map((name) => {
      return { name, server: 'elasticsearch' as const, url: elasticsearch.url };
    }),
  ]);
  const address = (lane: string): KubernetesAddress => {
    return { url: proxy.url(lane), ca: certificate.certificate, token: plane.token };
  };
  const kubeconfig = path.join(folder.path, 'kubeconfig');
  await writeFile(kubeconfig, renderKubeconfig(address(LANES.operatorKubernetes)), { mode: 0o600 });
  const admin = new Kubernetes(plane, IN_FLIGHT + 8);
  const load = new Kubernetes(address(LANES.load), IN_FLIGHT);
  const user = await elasticsearch.createUser('beatkeys-bench', USER_ROLE);
  for (const name of Object.values(NAMESPACES)) await admin.send('POST', PATHS.namespaces, { metadata: { name } });
  const credential = { metadata: { name: CONNECTION }, stringData: { ...user } };
  await admin.send('POST', PATHS.secrets(NAMESPACES.operator), credential);
  await admin.send('POST', PATHS.connections(NAMESPACES.operator), connection(proxy.url(LANES.operatorElasticsearch)));
  return {
    ...{ progress, folder: folder.path, proxy, admin, load, elasticsearch, user, kubeconfig, address },
    stop: async () => {
      await Promise.all([admin.close(), load.close()]);
      proxy.stop();
      await Promise.all([plane.stop(), elasticsearch.stop(), folder.remove()]);
    },
  };
}
