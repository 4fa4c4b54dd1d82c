import { KubeConfig } from '@kubernetes/client-node';
import { expect, inject, vi } from 'vitest';
import { Client } from '../../src/kubernetes/client.ts';
import { rightsFor } from '../../src/kubernetes/rights.ts';
import { missingRights } from '../../src/kubernetes/self-check.ts';
import { Transport } from '../../src/kubernetes/transport.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { mustKubectl, renderKubeconfig } from '../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../testbed/servers.ts';
import { RELEASE } from './chart.ts';
import { noteAccount } from './noted.ts';
import { rolesIn, type Mode } from './roles.ts';

export interface AccountOptions {
  readonly plane: ControlPlane;
  /** The operator's own. */
  readonly namespace: string;
  /** The namespaces that it serves. */
  readonly served: 'all' | readonly string[];
  /** Whether it may restart consumers. */
  readonly restarts: boolean;
  /** Whether a test has it refused on purpose: then what it asks is not compared with its rights. */
  readonly refused?: boolean;
}

/** The operator's account, with the rights that the chart grants and no others. */
export interface Account {
  /** As the API server names it. */
  readonly user: string;
  readonly mode: Mode;
  readonly token: string;
  /** Grants the rights again, as an upgrade of the release does: in a namespace that was made anew there are none. */
  grant(): Promise<void>;
  /** Takes away what is in no namespace. */
  remove(): Promise<void>;
}

/** Makes it. What it asks of the API server is compared with its rights at the end of the run. */
export async function openAccount(options: AccountOptions): Promise<Account> {
  const { plane, namespace, served, restarts, refused = false } = options;
  const mode = served === 'all' ? 'all' : 'listed';
  const roles = inject('roles')[mode][restarts ? 'restarts' : 'plain'];
  const items = rolesIn(roles, namespace, served);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const apply = () => mustKubectl(plane, ['apply', '--server-side', '-f', '-'], list);
  await apply();
  const asked = ['create', 'token', RELEASE, '-n', namespace, '--duration=24h'];
  const token = (await mustKubectl(plane, asked)).trim();
  await untilGranted(options, token);
  const { auditLog } = plane;
  const user = `system:serviceaccount:${namespace}:${RELEASE}`;
  if (!refused) noteAccount({ user, mode, restarts, auditLog });
  return {
    user,
    mode,
    token,
    async grant() {
      await apply();
      await untilGranted(options, token);
    },
    async remove() {
      if (served !== 'all') return;
      const clusterWide = items.filter(({ metadata }) => metadata.namespace === undefined);
      const gone = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: clusterWide });
      await mustKubectl(plane, ['delete', '--ignore-not-found', '-f', '-'], gone);
    },
  };
}

/** An API server takes note of new roles a moment after it has stored them. */
async function untilGranted({ plane, namespace, served, restarts }: AccountOptions, token: string): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(renderKubeconfig({ url: plane.url, ca: plane.ca, token }));
  const transport = new Transport({ kubeConfig, clock: systemClock });
  const client = new Client(transport, { namespaces: served, operatorNamespace: namespace });
  const rights = rightsFor({
    ...{ namespaces: served, operatorNamespace: namespace },
    ...{ lease: { name: 'beatkeys' }, restartConsumers: restarts },
  });
  try {
    const missing = async () => expect(await missingRights(client, rights)).toEqual([]);
    await vi.waitFor(missing, { timeout: 30_000, interval: 100 });
  } finally {
    await transport.close();
  }
}
