import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.ts';
import type { ControlPlane } from '../servers.ts';
import { mustKubectl } from './client.ts';

/** Nodes without a machine, the real kube-scheduler, and a script in the place of every kubelet. */
export interface PlayedNodes {
  /** Makes the nodes up to that number which are not there yet. */
  ensure(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** The label that the played nodes carry. */
const playedNodeLabel = 'beatkeys.test/played-node';

/** Starts kube-scheduler and the kubelet script for a control plane. */
export async function startPlayedNodes(plane: ControlPlane, folder: string, assets: string): Promise<PlayedNodes> {
  const scheduler = new ServerProcess({
    name: 'kube-scheduler',
    command: path.join(assets, 'kube-scheduler'),
    args: [
      ...[`--kubeconfig=${plane.kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
      ...['--kube-api-qps=2000', '--kube-api-burst=4000'],
    ],
    log: path.join(folder, 'kube-scheduler.log'),
  });
  const ca = path.join(folder, 'ca.crt');
  await writeFile(ca, plane.ca);
  const kubelet = new ServerProcess({
    name: 'kubelet script',
    command: process.execPath,
    args: [fileURLToPath(new URL('kubelet.ts', import.meta.url))],
    env: { PATH: process.env['PATH'], API_URL: plane.url, TOKEN: plane.token, NODE_EXTRA_CA_CERTS: ca },
    log: path.join(folder, 'kubelet.log'),
  });
  const stop = async () => {
    await kubelet.stop(0);
    await scheduler.stop(0);
  };
  let made = 0;
  try {
    await scheduler.start();
    await kubelet.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ensure: async (count) => {
      const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`).slice(made);
      if (names.length === 0) return;
      const list = { apiVersion: 'v1', kind: 'List', items: names.map((name) => node(name)) };
      await mustKubectl(plane, ['create', '-f', '-'], JSON.stringify(list));
      // Admission adds this taint; the controller that would take it off again wants heartbeats, so it does not run.
      await mustKubectl(plane, ['taint', 'nodes', ...names, 'node.kubernetes.io/not-ready:NoSchedule-']);
      made = count;
    },
    stop,
  };
}

/** Ready from the start: creating a node keeps its status. */
function node(name: string): object {
  const resources = { cpu: '32', memory: '256Gi', pods: '110' };
  const now = new Date().toISOString();
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...labels, [playedNodeLabel]: 'true' } },
    status: {
      allocatable: resources,
      capacity: resources,
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now },
      ],
    },
  };
}
