import type { EventReason } from '../api/reasons.ts';
import type { BeatApiKey } from '../api/types.ts';
import { ANNOTATIONS } from '../api/names.ts';
import type { Effect } from './fold.ts';
import type { Verdict } from './verdict.ts';

/** An event on an object, as `kubectl describe` shows it. */
export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  readonly action: string;
  readonly note: string;
}

/** What is worth an event: each effect on a key, and a change from well to not well or back. `object`: as it was before. */
export function eventsOf(object: BeatApiKey, effects: readonly Effect[], verdict: Verdict): readonly ObjectEvent[] {
  return [...effects.flatMap(eventsOfEffect), ...eventsOfVerdict(object, verdict)];
}

function eventsOfEffect(effect: Effect): readonly ObjectEvent[] {
  const normal = (reason: EventReason, action: string, note: string): readonly ObjectEvent[] => [
    { type: 'Normal', reason, action, note },
  ];
  switch (effect.type) {
    case 'keyIssued': {
      const { secret, key, reason } = effect;
      if (reason === 'FirstIssue')
        return normal('KeyIssued', 'Issue', `key ${key.id} was made and stored in Secret ${secret.name}`);
      return normal('KeyRotated', 'Rotate', `key ${key.id} was made and stored in Secret ${secret.name} (${reason})`);
    }
    case 'keyUpdated':
      return normal('KeyUpdated', 'Update', `key ${effect.key.id} was changed in place`);
    case 'secretWritten':
      return normal('SecretUpdated', 'Update', `Secret ${effect.secret.name} was rewritten around the same key`);
    case 'keysInvalidated':
      return effect.invalidated.length === 0
        ? []
        : normal('KeyInvalidated', 'Invalidate', `invalidated: ${effect.invalidated.join(', ')}`);
    case 'released':
      return effect.abandoned.length === 0
        ? []
        : [
            {
              type: 'Warning',
              reason: 'KeysAbandoned',
              action: 'Delete',
              note: `left alive, as ${ANNOTATIONS.abandonKeys} asks: ${effect.abandoned.join(', ')}`,
            },
          ];
    case 'claimed':
    case 'secretRemoved':
      return [];
  }
}

/** Told when it begins, not at every pass; the condition says how long it has lasted. */
function eventsOfVerdict({ status }: BeatApiKey, { state, reason, message }: Verdict): readonly ObjectEvent[] {
  const before = status?.conditions?.find(({ type }) => type === 'Stalled');
  const wasStalled = before?.status === 'True';
  if (state === 'stalled' && !(wasStalled && before.message.startsWith(message))) {
    return [{ type: 'Warning', reason: 'Stalled', action: 'Reconcile', note: `${reason}: ${message}` }];
  }
  if (state === 'ready' && wasStalled) {
    return [{ type: 'Normal', reason: 'Recovered', action: 'Reconcile', note: message }];
  }
  if (
    reason === 'DeletionBlocked' &&
    status?.conditions?.every((condition) => condition.reason !== 'DeletionBlocked')
  ) {
    return [{ type: 'Warning', reason: 'DeletionBlocked', action: 'Delete', note: message }];
  }
  return [];
}
