import type { RestartConsumers } from '../core/actions.ts';
import { policyOf } from '../core/failure-policy.ts';
import { Failure } from '../core/failure.ts';
import type { Effect } from '../core/fold.ts';
import type { Workload, WorkloadPlace } from '../core/workload.ts';
import type { ActionContext } from './action-context.ts';

/**
 * Notes the key in each pod template. What Kubernetes refuses for good, such as a right that was not given, holds up
 * neither the others nor the object; a failure that passes is thrown when all have had their turn.
 */
export async function restartConsumers(
  { workloads, annotation, keyID }: RestartConsumers,
  { cluster, logger }: ActionContext,
): Promise<Effect> {
  const restarted: Workload[] = [];
  const refused: { readonly place: WorkloadPlace; readonly failure: Failure }[] = [];
  let passing: Failure | undefined;
  for (const workload of workloads) {
    try {
      restarted.push(await cluster.workloads.restart(workload, annotation, keyID));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!policyOf(error.kind).stalls) passing = error;
      else {
        const { kind, namespace, name } = workload;
        refused.push({ place: { kind, namespace, name }, failure: error });
        logger.warn({ kind, name, error }, 'a consumer could not be restarted');
      }
    }
  }
  if (passing !== undefined) throw passing;
  return { type: 'consumersRestarted', keyID, workloads: restarted, refused };
}
