import { expect } from 'vitest';
import type { Operator } from '../../operator/operator.ts';
import type { Seen } from '../../contract/fault-proxy.ts';
import { controlPlane, elasticsearch } from '../../testbed/current.ts';
import type { Site } from '../site.ts';
import { openGate, type Gate } from '../trouble/gate.ts';
import { writeKubeconfig } from '../trouble/kubeconfig.ts';
import { openTrouble } from '../trouble/open.ts';
import type { World, WorldOptions } from '../world.ts';

/** Times of an election, seconds; renewals are frequent, so that a busy machine does not cost the lease. */
export function lease(duration: number, renewDeadline: number, retryPeriod = 1): Readonly<Record<string, string>> {
  return {
    BEATKEYS_LEASE_DURATION: `${duration}s`,
    BEATKEYS_LEASE_RENEW_DEADLINE: `${renewDeadline}s`,
    BEATKEYS_LEASE_RETRY_PERIOD: `${retryPeriod}s`,
  };
}

/** One process of the operator, and what stands between it and the API server. */
export interface Replica {
  readonly operator: Operator;
  readonly kubernetes: Gate;
}

/** Processes of one operator: same namespace, same watch list, so one Lease. */
export interface Replicas {
  readonly world: World;
  readonly site: Site;
  /** In front of Elasticsearch, for all of them. */
  readonly elasticsearch: Gate;
  /** The one that leads from the beginning. */
  readonly first: Replica;
  /** Starts one more, beside a leader, with these settings; resolves when its caches are filled. */
  standBy(settings?: Readonly<Record<string, string>>): Promise<Replica>;
  /** Sets the Lease free over the head of its holder, as if it had run out: the next candidate takes it at once. */
  takeLeaseAway(): Promise<void>;
  /** Also checks that no pass of any process ended in a way that nobody thought of. */
  close(): Promise<void>;
}

/** Opens it with one process, which leads; close it. */
export async function openReplicas({ connection, ...options }: WorldOptions = {}): Promise<Replicas> {
  await using stack = new AsyncDisposableStack();
  const plane = controlPlane();
  const node = stack.adopt(elasticsearch(), (client) => client.close());
  const front = stack.use(await openGate(node));
  const kubernetes = stack.use(await openGate(plane));
  const trouble = await openTrouble({
    ...options,
    kubernetesURL: kubernetes.url,
    connection: { urls: [front.url], ...connection },
  });
  const { world, site } = trouble;
  const operators = [world.operator];
  stack.defer(async () => {
    for (const operator of operators) operator.resume();
    await trouble.close();
    const defects = operators.flatMap(({ lines }) =>
      lines.filter((line) => line.includes('a pass ended with a defect')),
    );
    expect(defects).toEqual([]);
  });
  const kept = stack.move();
  return {
    ...{ world, site, elasticsearch: front },
    first: { operator: world.operator, kubernetes },
    standBy: async (settings = {}) => {
      const gate = kept.use(await openGate(plane));
      const { path } = kept.use(await writeKubeconfig(gate.url, world.account.token));
      const operator = await world.startOperator({ kubeconfig: path, settings, started: 'caches are filled' });
      operators.push(operator);
      return { operator, kubernetes: gate };
    },
    takeLeaseAway: () =>
      world.home.patch('Lease', 'beatkeys', { spec: { holderIdentity: '', leaseDurationSeconds: 1 } }),
    close: () => kept.disposeAsync(),
  };
}

/** Everything that a candidate asks of its Lease. */
export const isOfLease = ({ url }: Seen): boolean => url.pathname.includes('/leases');
