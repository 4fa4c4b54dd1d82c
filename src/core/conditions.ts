import type { ConditionType } from '../api/conditions.ts';
import type { Reason } from '../api/reasons.ts';
import type { Condition } from '../api/types.ts';

/** What a condition shall say. */
export interface ConditionState {
  readonly type: ConditionType;
  readonly status: boolean;
  readonly reason: Reason;
  readonly message: string;
}

/** Kubernetes' limit for a condition's message, in characters. */
const MESSAGE_LIMIT = 32_768;

/**
 * Conditions in Kubernetes' form: `lastTransitionTime` moves only where the status of a condition changes. `now` is
 * epoch milliseconds.
 */
export function conditionsOf(
  states: readonly ConditionState[],
  previous: readonly Condition[],
  generation: number,
  now: number,
): readonly Condition[] {
  return states.map(({ type, status, reason, message }) => {
    const text = status ? 'True' : 'False';
    const before = previous.find((condition) => condition.type === type);
    return {
      type,
      status: text,
      observedGeneration: generation,
      lastTransitionTime:
        before?.status === text ? before.lastTransitionTime : new Date(now).toISOString().replace(/\.\d+/, ''),
      reason,
      message: message.slice(0, MESSAGE_LIMIT),
    };
  });
}
