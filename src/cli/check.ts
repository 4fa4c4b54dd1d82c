import type { ElasticsearchConnection } from '../api/types.ts';
import type { Lease } from '../kubernetes/resource.ts';
import { instant } from './moment.ts';
import { nameOf } from './objects.ts';
import type { OperatorView } from './operator-view.ts';
import { table } from './table.ts';

/** One thing that must be right for the operator to work. */
export interface Check {
  readonly name: string;
  /** `skipped`: it could not be looked at, or there is nothing to look at. */
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly message: string;
  /** What to do, where it failed. */
  readonly advice?: string;
}

export const ok = (name: string, message: string): Check => ({ name, state: 'ok', message });
export const failed = (name: string, message: string, advice: string): Check => ({
  ...{ name, state: 'failed', message, advice },
});
export const skipped = (name: string, message: string): Check => ({ name, state: 'skipped', message });

/** Whether the operator's Deployment runs. */
export function checkDeployment(namespace: string, operator: OperatorView | undefined): Check {
  if (operator === undefined) return skipped('deployment', `there is none of the operator in namespace ${namespace}`);
  const { name, wanted, available, image } = operator;
  const message = `${namespace}/${name}: ${available} of ${wanted} pods are available, image ${image}`;
  if (wanted > 0 && available >= wanted) return ok('deployment', message);
  const advice = wanted === 0 ? 'scale it up' : `kubectl describe pods -n ${namespace}, and the log of the operator`;
  return failed('deployment', message, advice);
}

/** Whether somebody leads, and is alive; `now` is epoch milliseconds. */
export function checkLeader(namespace: string, name: string, lease: Lease | undefined, now: number): Check {
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 0 } = lease?.spec ?? {};
  const advice = `see that the operator runs in namespace ${namespace}, and what it logs`;
  if (lease === undefined)
    return failed('leader', `there is no Lease ${namespace}/${name}: no operator was here`, advice);
  if (holderIdentity === '') return failed('leader', `nobody holds Lease ${namespace}/${name}`, advice);
  const renewed = Date.parse(renewTime);
  const who = `${holderIdentity} holds Lease ${namespace}/${name}`;
  if (Number.isNaN(renewed)) return failed('leader', `${who}, and does not say since when`, advice);
  const message = `${who}, renewed ${instant(renewed)}`;
  return renewed + leaseDurationSeconds * 1_000 > now
    ? ok('leader', message)
    : failed('leader', `${message}, which is longer ago than the ${leaseDurationSeconds} s that it lasts`, advice);
}

/** Whether a connection is ready. */
export function checkConnection(connection: ElasticsearchConnection): Check {
  const { status, metadata } = connection;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const name = nameOf(connection);
  if (ready === undefined || (status?.observedGeneration ?? -1) < metadata.generation)
    return failed(
      'connection',
      `${name}: the operator has not seen it yet`,
      'see whether the operator serves its namespace',
    );
  const message = `${name}: ${ready.reason}: ${ready.message}`;
  return ready.status === 'True'
    ? ok('connection', message)
    : failed(
        'connection',
        message,
        `kubectl describe elasticsearchconnection ${metadata.name} -n ${metadata.namespace}`,
      );
}

/** A line for each, and below it what to do. */
export function checkText(checks: readonly Check[]): string {
  return table(
    ['STATE', 'CHECK', 'WHAT'],
    checks.flatMap(({ name, state, message, advice }) => [
      [state, name, message],
      ...(advice === undefined ? [] : [['', '', `do: ${advice}`]]),
    ]),
  );
}
