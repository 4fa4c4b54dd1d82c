import type { BeatApiKey } from '../api/types.ts';
import { nameOf } from './objects.ts';

/** What may be asked of the operator by a new text in the spec. */
export type Verb = 'rotate' | 'revoke';

interface Fields {
  /** Of `spec.rotation`. */
  readonly asks: 'request' | 'revokeRequest';
  /** Of `status`. */
  readonly handled: 'handledRequest' | 'handledRevokeRequest';
}

const FIELDS: Readonly<Record<Verb, Fields>> = {
  rotate: { asks: 'request', handled: 'handledRequest' },
  revoke: { asks: 'revokeRequest', handled: 'handledRevokeRequest' },
};

/** The field that asks, as users write it. */
export const fieldOf = (verb: Verb): string => `spec.rotation.${FIELDS[verb].asks}`;

/** What is asked for now, if anything. */
export const askedFor = ({ spec }: BeatApiKey, verb: Verb): string | undefined => spec.rotation?.[FIELDS[verb].asks];

/** A merge patch that holds for this very object and touches nothing but the one field. */
export const requestPatch = ({ metadata: { uid } }: BeatApiKey, verb: Verb, text: string): object => ({
  metadata: { uid },
  spec: { rotation: { [FIELDS[verb].asks]: text } },
});

/** How far the operator is with a request. */
export type Progress = { readonly state: 'done' | 'failed' | 'waiting'; readonly message: string };

/** `before` is the object as it was asked, `now` as it is; `undefined`: it is gone. */
export function progressOf(before: BeatApiKey, now: BeatApiKey | undefined, verb: Verb, text: string): Progress {
  if (now === undefined || now.metadata.uid !== before.metadata.uid) return { state: 'failed', message: 'it is gone' };
  const { status = {}, metadata } = now;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const isTrue = (wanted: string): boolean =>
    status.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') === true;
  if ((status.observedGeneration ?? -1) < metadata.generation)
    return { state: 'waiting', message: 'the operator has not seen it yet' };
  const said = ready === undefined ? 'nothing is known yet' : `${ready.reason}: ${ready.message}`;
  const old = before.status?.keyID;
  if (status[FIELDS[verb].handled] !== text)
    return { state: isTrue('Stalled') || ready?.reason === 'Suspended' ? 'failed' : 'waiting', message: said };
  const replaced = status.retiring?.find(({ keyID }) => keyID === old);
  if (isTrue('Reconciling')) return { state: 'waiting', message: said };
  if (verb === 'revoke' && replaced !== undefined)
    return { state: 'waiting', message: `key ${replaced.keyID} is being invalidated` };
  return { state: 'done', message: outcome(old, now, replaced?.waitingFor) };
}

function outcome(old: string | undefined, { status }: BeatApiKey, waitsFor: string | undefined): string {
  const id = status?.keyID ?? '';
  if (old === undefined || old === id) return `the key is ${id}`;
  const end = waitsFor === undefined ? 'which is invalidated' : `which works until it is invalidated: ${waitsFor}`;
  return `key ${id} has taken the place of ${old}, ${end}`;
}

/** Why the operator would do nothing; `undefined` where it would. */
export function hindrance({ metadata, spec }: BeatApiKey): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'is being deleted';
  return spec.suspend === true ? 'is suspended: nothing is done while spec.suspend is true' : undefined;
}

export const subject = (object: BeatApiKey): string => `BeatApiKey ${nameOf(object)}`;
