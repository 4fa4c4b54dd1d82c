import type { EventReason } from '../api/reasons.ts';
import type { BeatApiKey } from '../api/types.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { nameOf } from './consumers.ts';
import type { Effect } from './fold.ts';
import { readJournal } from './journal.ts';
import type { SecretMetadata } from './secret.ts';
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
  return [...effects.flatMap((effect) => eventsOfEffect(object, effect)), ...eventsOfVerdict(object, verdict)];
}

function eventsOfEffect({ spec }: BeatApiKey, effect: Effect): readonly ObjectEvent[] {
  const normal = (reason: EventReason, action: string, note: string): readonly ObjectEvent[] => [
    { type: 'Normal', reason, action, note },
  ];
  switch (effect.type) {
    case 'keyIssued': {
      const { secret, key, reason } = effect;
      if (reason === 'FirstIssue')
        return normal('KeyIssued', 'Issue', `key ${key.id} was made and stored in Secret ${secret.name}`);
      return [
        ...normal('KeyRotated', 'Rotate', `key ${key.id} was made and stored in Secret ${secret.name} (${reason})`),
        ...(reason === 'RevokeRequested' || (spec.consumers ?? []).length === 0 ? [] : forcedRetirement(secret)),
      ];
    }
    case 'keyUpdated':
      return normal('KeyUpdated', 'Update', `key ${effect.key.id} was changed in place`);
    case 'secretWritten':
      return normal('SecretUpdated', 'Update', `Secret ${effect.secret.name} was rewritten around the same key`);
    case 'secretAdopted':
      return normal('SecretAdopted', 'Adopt', adoption(effect));
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
    case 'consumersRestarted':
      return effect.workloads.length === 0
        ? []
        : normal(
            'ConsumersRestarted',
            'Restart',
            `restarted to take up key ${effect.keyID}: ${effect.workloads.map(nameOf).join(', ')}`,
          );
    case 'claimed':
    case 'secretRemoved':
      return [];
  }
}

function adoption({ secret: { name }, key, stranger }: Extract<Effect, { type: 'secretAdopted' }>): string {
  const adopted = `Secret ${name}, which was handed over by annotation ${ANNOTATIONS.adopt}, belongs to this object now`;
  if (key !== undefined) return `${adopted}; key ${key.id} in it goes on`;
  return stranger === undefined
    ? `${adopted}; it is given a key of the object's own`
    : `${adopted}; it is given a key of the object's own, and key ${stranger.slice(0, 64)}, which is not proven to be one, is left alone`;
}

/** Replaced keys that nobody waits for any more, although nobody asked for that. */
function forcedRetirement({ annotations }: SecretMetadata): readonly ObjectEvent[] {
  const forced = (readJournal(annotations)?.superseded ?? []).filter(({ atOnce }) => atOnce === true);
  if (forced.length === 0) return [];
  const note = `invalidated although consumers may use them still, since the key after them had to be replaced: ${forced.map(({ id }) => id).join(', ')}`;
  return [{ type: 'Warning', reason: 'RetirementForced', action: 'Retire', note }];
}

/** That a replaced key has waited for long; whoever calls says it once. */
export const eventOfLongWait = ({ id, wait }: { readonly id: string; readonly wait: string }): ObjectEvent => ({
  type: 'Warning',
  reason: 'RetirementWaiting',
  action: 'Retire',
  note: `key ${id} was replaced and still works, waiting for ${wait}`,
});

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
