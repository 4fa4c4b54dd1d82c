import { KEY_ID_PREFIX } from '../api/names.ts';
import { parseConsumers } from '../api/parse.ts';
import type { BeatApiKey } from '../api/types.ts';
import { digest } from '../lib/digest.ts';
import { secretName } from './desired.ts';
import type { Failure } from './failure.ts';
import type { Journal, Superseded } from './journal.ts';
import type { Reading } from './reading.ts';
import type { Pod, Workload, WorkloadPlace } from './workload.ts';

/** A workload that must be on the new key before the old one may go. */
export interface Consumer extends WorkloadPlace {
  /** Its pod template is to be changed for each new key, so that its pods are replaced. */
  readonly restart: boolean;
}

/** What is known of a consumer. */
export interface ConsumerView {
  readonly consumer: Consumer;
  readonly workload: Reading<Workload | undefined>;
  /** Only after a close look. */
  readonly pods?: Reading<readonly Pod[]>;
  /** Why it could not be restarted in this very pass. */
  readonly refusal?: Failure;
}

/** The consumers of an object, whatever else is wrong with its spec; `undefined` where they cannot be read. */
export function consumersOf({ metadata: { namespace }, spec }: BeatApiKey): readonly Consumer[] | undefined {
  return parseConsumers(spec)?.map(({ kind, name, restart = false }) => ({ kind, namespace, name, restart }));
}

/** Longest name of an annotation after its prefix: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const NAME_LIMIT = 63;

/** The annotation of a pod template that names the key which its pods took up. */
export function keyIDAnnotation(object: BeatApiKey): string {
  const name = secretName(object);
  const cut = name.length <= NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 9)}-${digest(name).slice(0, 8)}`;
  return `${KEY_ID_PREFIX}${cut}`;
}

/** `DaemonSet/packetbeat`. */
export const nameOf = ({ kind, name }: WorkloadPlace): string => `${kind}/${name}`;

/**
 * A pod reads its key when it starts, so what was created after the switch, or says which key it took up, has the new
 * one. Within the second of the switch nobody can tell which came first: that counts as before.
 */
const isCurrent = (pod: Pod, { keyID, stored }: Journal, annotation: string): boolean =>
  pod.keyIDs[annotation] === keyID || pod.created > stored;

/** True for a pod that took up the current key, or at least one that was made after `key`. */
function isPast(pod: Pod, key: Replaced, journal: Journal, annotation: string): boolean {
  if (isCurrent(pod, journal, annotation) || pod.created > key.since) return true;
  const order = journal.superseded.map(({ id }) => id);
  const carried = order.indexOf(pod.keyIDs[annotation] ?? '');
  return carried > order.indexOf(key.id);
}

type Replaced = Pick<Superseded, 'id' | 'since'>;

/**
 * Why a consumer may still use a replaced key, in words; `undefined` where nothing that is known speaks for it. What
 * counts for nothing: pods that nobody has looked at.
 */
export function waitsFor(
  { consumer, workload, pods }: ConsumerView,
  key: Replaced,
  journal: Journal,
  annotation: string,
): string | undefined {
  const name = nameOf(consumer);
  if (!workload.known) return `${name}: ${workload.failure.message}`;
  if (workload.value === undefined) return `${name}, which does not exist`;
  const { observed, desired, updated, available, heldBy } = workload.value;
  const held = heldBy === undefined ? '' : `, ${HELD[heldBy]}`;
  if (!observed) return `${name}, whose controller has not seen its newest spec`;
  const moved = Math.min(updated, available);
  if (moved < desired) return `${name} ${moved} of ${desired} pods${held}`;
  if (pods === undefined) return undefined;
  if (!pods.known) return `${name}: ${pods.failure.message}`;
  const past = pods.value.filter((pod) => isPast(pod, key, journal, annotation)).length;
  return past === pods.value.length ? undefined : `${name} ${past} of ${pods.value.length} pods${held}`;
}

const HELD: Readonly<Record<NonNullable<Workload['heldBy']>, string>> = {
  paused: 'which is paused',
  OnDelete: 'whose pods are replaced when someone deletes them (OnDelete)',
  partition: 'whose partition holds pods back',
};

/** Consumers whose pods were all found to have a key: for that one nobody has to look at them again. */
export interface Moved {
  readonly keyID: string;
  /** By `nameOf`. */
  readonly consumers: readonly string[];
}

/** Those whose pods are known to have the current key, all of them. */
export function consumersOnKey(consumers: readonly ConsumerView[], journal: Journal, annotation: string): Moved {
  const moved = consumers.filter((view) => isOnKey(view, journal, annotation));
  return { keyID: journal.keyID, consumers: moved.map(({ consumer }) => nameOf(consumer)) };
}

/** Of no pods nothing follows for one that is made within the second of the switch; and a restart costs none. */
const isOnKey = ({ pods }: ConsumerView, journal: Journal, annotation: string): boolean =>
  pods?.known === true && pods.value.length > 0 && pods.value.every((pod) => isCurrent(pod, journal, annotation));

/**
 * The workloads whose pods are to be replaced for the current key: never for an object's first one, which every pod finds
 * in the Secret, nor where all pods are younger than the switch anyway, as may have been found before (`moved`).
 */
export function restartsDue(
  consumers: readonly ConsumerView[],
  journal: Journal,
  annotation: string,
  moved?: Moved,
): readonly Workload[] {
  if (journal.reason === 'FirstIssue') return [];
  const done = moved?.keyID === journal.keyID ? moved.consumers : [];
  return consumers.flatMap((view) => {
    const { consumer, workload, refusal } = view;
    if (!consumer.restart || refusal !== undefined || !workload.known || workload.value === undefined) return [];
    if (workload.value.keyIDs[annotation] === journal.keyID) return [];
    return done.includes(nameOf(consumer)) || isOnKey(view, journal, annotation) ? [] : [workload.value];
  });
}
