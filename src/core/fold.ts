import type { BeatApiKey } from '../api/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import type { ConsumerView } from './consumers.ts';
import type { Failure } from './failure.ts';
import { readJournal } from './journal.ts';
import type { IssueReason, KeyRecord } from './key-record.ts';
import type { InventoryView, Observed, SecretView } from './observed.ts';
import { known } from './reading.ts';
import type { SecretMetadata } from './secret.ts';
import { samePlace, type Workload, type WorkloadPlace } from './workload.ts';

/** What an action changed, in the servers' own answers. */
export type Effect =
  | { readonly type: 'claimed'; readonly object: BeatApiKey }
  | {
      readonly type: 'keyIssued';
      readonly reason: IssueReason;
      readonly secret: SecretMetadata;
      readonly key: KeyRecord;
    }
  | { readonly type: 'keyUpdated'; readonly secret: SecretMetadata; readonly key: KeyRecord }
  | { readonly type: 'secretWritten'; readonly secret: SecretMetadata }
  /** `key`: the one in it that goes on. `stranger`: id of one that it named and that is not proven the operator's own. */
  | {
      readonly type: 'secretAdopted';
      readonly secret: SecretMetadata;
      readonly key?: KeyRecord;
      readonly stranger?: string;
    }
  | { readonly type: 'secretRemoved' }
  /** `refused`: those that Kubernetes did not let be changed. */
  | {
      readonly type: 'consumersRestarted';
      readonly keyID: string;
      readonly workloads: readonly Workload[];
      readonly refused: readonly { readonly place: WorkloadPlace; readonly failure: Failure }[];
    }
  /** `ids`: no longer alive, for whatever reason; `invalidated`: those that Elasticsearch says it invalidated now. */
  | {
      readonly type: 'keysInvalidated';
      readonly ids: readonly string[];
      readonly invalidated: readonly string[];
      readonly secret?: SecretMetadata;
    }
  /** `abandoned`: ids of keys that were left alive on a user's word. */
  | { readonly type: 'released'; readonly object: BeatApiKey; readonly abandoned: readonly string[] };

/** What is known after an effect, so that the next step can be planned without another look. Pure. */
export function fold(observed: Observed, effect: Effect): Observed {
  switch (effect.type) {
    case 'claimed':
      return { ...observed, object: effect.object, claimedNow: true, close: { ...observed.close, object: true } };
    case 'keyIssued':
      return { ...withSecret(withoutPods(observed), effect.secret), ...withKey(observed.inventory, effect.key) };
    case 'keyUpdated':
      return { ...withSecret(observed, effect.secret), ...withKey(observed.inventory, effect.key) };
    case 'consumersRestarted':
      return { ...observed, consumers: observed.consumers?.map((view) => afterRestart(view, effect)) };
    case 'secretWritten':
      return withSecret(observed, effect.secret);
    case 'secretAdopted': {
      const { secret, key } = effect;
      return { ...withSecret(observed, secret), ...(key === undefined ? {} : withKey(observed.inventory, key)) };
    }
    case 'secretRemoved':
      return { ...observed, secret: known({ state: 'absent' }) };
    case 'keysInvalidated':
      return withoutKeys(effect.secret === undefined ? observed : withSecret(observed, effect.secret), effect.ids);
    case 'released':
      return { ...observed, object: effect.object };
    default:
      return assertNever(effect);
  }
}

/** A Secret of ours, with the journal that its annotations hold. */
export function ours(metadata: SecretMetadata): Extract<SecretView, { state: 'ours' }> {
  const journal = readJournal(metadata.annotations, metadata.writtenAt);
  return journal === undefined ? { state: 'ours', metadata } : { state: 'ours', metadata, journal };
}

function withSecret(observed: Observed, metadata: SecretMetadata): Observed {
  // What a close look found of the former values and key says nothing about these.
  const { keyLives: _lives, valuesIntact: _intact, handedOver: _handed, ...close } = observed.close;
  return { ...observed, secret: known(ours(metadata)), close };
}

/** Pods that were past the former key may use it still: they are looked at anew. */
function withoutPods(observed: Observed): Observed {
  const { consumers: _looked, ...close } = observed.close;
  return { ...observed, close, consumers: observed.consumers?.map(({ pods: _pods, ...view }) => view) };
}

function afterRestart(view: ConsumerView, effect: Extract<Effect, { type: 'consumersRestarted' }>): ConsumerView {
  const workload = effect.workloads.find((each) => samePlace(each, view.consumer));
  if (workload !== undefined) return { ...view, workload: known(workload) };
  const refusal = effect.refused.find(({ place }) => samePlace(place, view.consumer))?.failure;
  return refusal === undefined ? view : { ...view, refusal };
}

function withKey(inventory: InventoryView | undefined, key: KeyRecord): Pick<Observed, 'inventory'> {
  if (inventory === undefined) return { inventory };
  return { inventory: { ...inventory, keys: [...inventory.keys.filter(({ id }) => id !== key.id), key] } };
}

function withoutKeys(observed: Observed, ids: readonly string[]): Observed {
  const { inventory } = observed;
  const gone = [...observed.gone, ...ids];
  if (inventory === undefined) return { ...observed, gone };
  const keys = inventory.keys.map((key) => (ids.includes(key.id) ? { ...key, invalidated: true } : key));
  return { ...observed, gone, inventory: { ...inventory, keys } };
}
