import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';
import { freePorts } from '../free-ports.ts';
import { temporaryFolder } from '../leftovers.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { ServerProcess } from '../server-process.ts';
import type { ControlPlaneOptions, RunningControlPlane } from '../servers.ts';
import { controlPlaneBinaries, newestApiServer } from './binaries.ts';
import { connectControlPlane, installCrds, renderKubeconfig } from './client.ts';
import { clients } from './kubectl.ts';
import { startPlayedNodes } from './nodes.ts';

/** Those a test can see the work of; not the ones that need a cloud, certificates or kubelets that send heartbeats. */
const controllers = [
  ...['garbage-collector', 'namespace', 'serviceaccount', 'serviceaccount-token', 'root-ca-certificate-publisher'],
  ...['deployment', 'replicaset', 'daemonset', 'statefulset', 'job', 'cronjob', 'endpointslice', 'disruption'],
  ...['clusterrole-aggregation', 'ttl-after-finished', 'validatingadmissionpolicy-status', 'resourcequota'],
].map((name) => `${name}-controller`);

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of the loopback interface: ready in about
 * 5 seconds, 400 MB of memory. CRDs go in before kube-controller-manager starts, because its garbage collector learns
 * of later kinds only every 30 seconds.
 */
export async function startNativeControlPlane(
  options: ControlPlaneOptions,
  progress: Progress,
): Promise<RunningControlPlane> {
  return start({ assets: await controlPlaneBinaries(progress) }, options, progress);
}

/** Starts the newest kube-apiserver and an etcd in the same way, and no controllers. */
export async function startNativeNewestApiServer(
  options: ControlPlaneOptions,
  progress: Progress,
): Promise<RunningControlPlane> {
  const assets = await controlPlaneBinaries(progress);
  return start({ assets, newest: await newestApiServer(progress) }, options, progress);
}

/** What is run. */
interface Programs {
  /** The folder with the programs of every day. */
  readonly assets: string;
  /** Path of another kube-apiserver, which then runs without controllers: they must not be older than it. */
  readonly newest?: string;
}

async function start(
  { assets, newest }: Programs,
  options: ControlPlaneOptions,
  progress: Progress,
): Promise<RunningControlPlane> {
  const { kubectl, helm } = await clients(progress);
  const folder = temporaryFolder('control-plane');
  const inFolder = (name: string) => path.join(folder.path, name);
  const [apiPort = 0, etcdPort = 0, peerPort = 0] = await freePorts(3);
  const url = `https://127.0.0.1:${apiPort}`;
  const token = randomBytes(24).toString('hex');
  await writeCredentials(inFolder, token);
  const server = (name: string, args: string[], ready?: () => Promise<boolean>) =>
    new ServerProcess({
      name,
      command: name === 'kube-apiserver' && newest !== undefined ? newest : path.join(assets, name),
      args,
      // Memory is not scarce here, processors are: garbage is collected a fourth as often.
      env: { ...process.env, GOGC: '400' },
      log: inFolder(`${name}.log`),
      ...(ready === undefined ? {} : { ready }),
    });

  const etcd = server('etcd', etcdFlags(inFolder('etcd'), etcdPort, peerPort), () =>
    answersOk(`http://127.0.0.1:${etcdPort}/health`),
  );
  const isOk = (endpoint: string) => answersOk(url + endpoint, token, inFolder('certs/apiserver.crt'));
  const apiServer = server('kube-apiserver', apiServerFlags(inFolder, { apiPort, etcdPort, url, ...options }), () =>
    isOk('/readyz'),
  );
  // Its own default ServiceAccount shows that the controllers work.
  const controllerManager = server('kube-controller-manager', controllerManagerFlags(inFolder), () =>
    isOk('/api/v1/namespaces/default/serviceaccounts/default'),
  );
  let nodes: Awaited<ReturnType<typeof startPlayedNodes>> | undefined;
  const stop = async () => {
    await nodes?.stop();
    for (const each of [controllerManager, apiServer, etcd]) await each.stop(0);
    await folder.remove();
  };

  try {
    return await withProgress(progress, 'starting the Kubernetes control plane', async () => {
      await etcd.start();
      await apiServer.start();
      const ca = await readFile(inFolder('certs/apiserver.crt'), 'utf8');
      const kubeconfig = inFolder('kubeconfig');
      await writeFile(kubeconfig, renderKubeconfig({ url, ca, token }), { mode: 0o600 });
      const plane = connectControlPlane({
        ...{ kubeconfig, url, token, ca, kubectlPath: kubectl, helmPath: helm, playedNodes: newest === undefined },
        ...(options.audit === true ? { auditLog: inFolder('audit.log') } : {}),
      });
      if (options.crds !== undefined) await installCrds(plane, options.crds);
      if (newest === undefined) await controllerManager.start();
      return {
        ...plane,
        startNodes: async (count) => {
          if (newest !== undefined) return;
          nodes ??= await startPlayedNodes(plane, folder.path, assets);
          await nodes.ensure(count);
        },
        interrupt: {
          stop: () => apiServer.stop(2000),
          start: async () => void (await apiServer.start()),
          pause: () => apiServer.pause(),
          resume: () => apiServer.resume(),
        },
        stop,
      };
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answersOk(url: string, token = '', caFile?: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') } });
  try {
    const { statusCode, body } = await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } });
    await body.dump();
    return statusCode === 200;
  } finally {
    await dispatcher.destroy();
  }
}

async function writeCredentials(inFolder: (name: string) => string, token: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = { mode: 0o600 };
  await mkdir(inFolder('certs'));
  await writeFile(inFolder('tokens.csv'), `${token},testbed-admin,testbed-admin,"system:masters"\n`, secret);
  await writeFile(inFolder('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), secret);
  await writeFile(inFolder('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
  await writeFile(inFolder('audit-policy.json'), JSON.stringify(policy));
}

function etcdFlags(data: string, port: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    ...['--name=default', `--data-dir=${data}`, '--unsafe-no-fsync', '--log-level=error'],
    ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
    ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
  ];
}

/** No endpoint reconciler: a loopback address is no endpoint, and newer releases stop over it. */
function apiServerFlags(
  inFolder: (name: string) => string,
  { apiPort, etcdPort, url, audit }: { apiPort: number; etcdPort: number; url: string } & ControlPlaneOptions,
): string[] {
  const auditFlags = [
    `--audit-policy-file=${inFolder('audit-policy.json')}`,
    `--audit-log-path=${inFolder('audit.log')}`,
  ];
  return [
    ...[`--etcd-servers=http://127.0.0.1:${etcdPort}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1'],
    ...[`--secure-port=${apiPort}`, `--cert-dir=${inFolder('certs')}`, '--endpoint-reconciler-type=none'],
    ...[`--token-auth-file=${inFolder('tokens.csv')}`, '--authorization-mode=RBAC', '--anonymous-auth=false'],
    ...[`--service-account-issuer=${url}/`, `--service-account-key-file=${inFolder('sa.pub')}`],
    ...[`--service-account-signing-key-file=${inFolder('sa.key')}`, '--service-cluster-ip-range=10.0.0.0/24'],
    ...['--allow-privileged=true', '--disable-admission-plugins=ServiceAccount'],
    ...(audit === true ? auditFlags : []),
  ];
}

/** With the default limits of 20 requests a second, 1,000 owned Secrets take 72 seconds to be collected. */
function controllerManagerFlags(inFolder: (name: string) => string): string[] {
  return [
    ...[`--kubeconfig=${inFolder('kubeconfig')}`, '--leader-elect=false', '--secure-port=0'],
    ...[`--controllers=${controllers.join(',')}`, '--concurrent-gc-syncs=20', '--kube-api-qps=2000'],
    ...['--kube-api-burst=4000', `--service-account-private-key-file=${inFolder('sa.key')}`],
    `--root-ca-file=${inFolder('certs/apiserver.crt')}`,
  ];
}
