import { ANNOTATIONS, CONNECTION_FINALIZER, FINALIZER } from '../../src/api/names.ts';
import { consumersOf } from '../../src/core/consumers.ts';
import { desire, retains } from '../../src/core/desired.ts';
import { keyIDsOf, readJournal, SUPERSEDED_LIMIT, type Journal } from '../../src/core/journal.ts';
import type { KeyMark } from '../../src/core/key-record.ts';
import { MINT_BUDGET } from '../../src/core/mint-budget.ts';
import { renewalCannotWait, renewalTime } from '../../src/core/renewal.ts';
import { samePlace } from '../../src/core/workload.ts';
import { INSTALLATION } from '../builders/beat-api-key.ts';
import { must } from './circumstances.ts';
import type { ModelKey } from './model-elasticsearch.ts';
import type { ModelKubernetes } from './model-kubernetes.ts';
import { isNobodys } from './model-orphans.ts';
import type { ModelWorkload } from './model-workload.ts';
import type { Servers } from './servers.ts';

/** What no effect on a server may do, whatever happened before; each is checked just before the effect. */

const HOUR_MS = 3_600_000;
/** How long keys that are nobody's are only told. */
export const GRACE_MS = 900_000;

/** Nothing happens outside without the finalizer and the claim of this installation. */
export function mustBeClaimed({ object }: ModelKubernetes): void {
  const { finalizers = [], annotations = {} } = object?.metadata ?? {};
  must(finalizers.includes(FINALIZER), 'nothing happens outside without the finalizer');
  must(annotations[ANNOTATIONS.installation] === INSTALLATION, 'nothing happens outside without the claim');
}

/** A connection outlasts the objects whose keys are behind it. */
export function mustBeHeld({ connection: { object } }: Servers): void {
  must((object.metadata.finalizers ?? []).includes(CONNECTION_FINALIZER), 'no object is claimed before its connection');
}

export function mustBeAllowedToCreate({ mark }: { readonly mark: KeyMark }, servers: Servers): void {
  const kubernetes = servers.objects.find(({ object }) => object?.metadata.uid === mark.uid);
  must(kubernetes !== undefined, 'a key is made for an object');
  mustBeClaimed(kubernetes);
  mustBeWithinBudget(mark, servers);
  if (mark.reason === 'Expiring') mustWaitWhileAnotherWaits(kubernetes, servers);
}

/** Within any hour, for one spec: the first issue, and so many keys that nobody asked for. */
function mustBeWithinBudget(mark: KeyMark, { elasticsearch, at }: Servers): void {
  const { user, manageApiKey } = elasticsearch;
  const marks = elasticsearch
    .all()
    .filter(({ record }) => record.creation > at.now - HOUR_MS)
    .filter(({ record: { owner } }) => manageApiKey || owner.username === user.username)
    .map(({ minted }) => minted);
  const made = [...marks, mark].filter(({ uid, generation }) => uid === mark.uid && generation === mark.generation);
  const first = made.filter(({ reason }) => reason === 'FirstIssue').length;
  const unplanned = made.filter(({ reason }) => ['KeyInvalid', 'SecretMissing', 'SecretAltered'].includes(reason));
  const isCounted = ['FirstIssue', 'KeyInvalid', 'SecretMissing', 'SecretAltered'].includes(mark.reason);
  must(!isCounted || unplanned.length + Math.max(0, first - 1) <= MINT_BUDGET, 'no more keys than the budget has');
}

/** One replaced key waits at most, until the key after it nears its expiry. */
function mustWaitWhileAnotherWaits({ object, secret }: ModelKubernetes, { elasticsearch, at }: Servers): void {
  const journal = secret && readJournal(secret.metadata.annotations, secret.metadata.writtenAt);
  const desired = object && desire(object);
  if (journal?.expires === undefined || journal.expires <= at.now || desired?.ok !== true) return;
  const { user, manageApiKey } = elasticsearch;
  const waits = journal.superseded.some(
    ({ owner = journal.owner }) => manageApiKey || owner.username === user.username,
  );
  const renewal = renewalTime(object?.metadata.uid ?? '', journal, desired.value);
  const hasTo = renewal !== undefined && at.now >= renewalCannotWait(renewal, journal);
  must(!waits || hasTo, 'a renewal waits while a replaced key does, as long as it can');
}

/** `keys`: those that live and would be invalidated. */
export function mustBeAllowedToInvalidate(keys: readonly ModelKey[], servers: Servers): void {
  for (const key of keys) {
    const { record, unmarked } = key;
    must(unmarked !== true && record.mark.installation === INSTALLATION, 'only keys with the mark are invalidated');
    const orphan = servers.orphans.all.find(({ id }) => id === record.id);
    if (orphan !== undefined) {
      must(isNobodys(orphan.kind), `a key is left alone: ${orphan.kind}`);
      must(servers.at.now - orphan.since >= GRACE_MS, "a key that is nobody's is told for the grace first");
      continue;
    }
    const held = servers.objects.some(({ secret }) => secret?.data['id'] === record.id);
    const kubernetes = servers.objects.find(({ object }) => object?.metadata.uid === record.mark.uid);
    if (kubernetes?.object?.metadata.deletionTimestamp !== undefined) continue;
    must(!held, 'a key that a Secret holds is invalidated only with its object');
    if (kubernetes !== undefined) mustNotBeNeeded(key, kubernetes, servers);
  }
}

/** No pod of a consumer is left with a dead key, unless there is a reason that outweighs it. */
function mustNotBeNeeded({ record }: ModelKey, kubernetes: ModelKubernetes, servers: Servers): void {
  const pods = consumers(kubernetes).flatMap((workload) => workload.pods);
  const holders = pods.filter(({ holds }) => holds === record.id).map(({ pod }) => pod.name);
  if (holders.length === 0) return;
  const { switches } = kubernetes;
  const replacedAt = switches.find((_, index) => switches[index - 1]?.id === record.id)?.at ?? Infinity;
  const made = servers.elasticsearch.everMade(record.mark.uid);
  const after = (at: number): readonly string[] =>
    made.filter((key) => key.record.creation > at).map(({ minted }) => minted.reason);
  const isRevoked = after(record.creation).includes('RevokeRequested');
  const isForced = after(replacedAt).includes('Expiring');
  const isCrowded = switches.filter(({ at }) => at >= replacedAt).length > SUPERSEDED_LIMIT;
  must(isRevoked || isForced || isCrowded, `${holders.join(', ')} lost ${record.id}, which it held`);
}

/** The workloads that the spec names; all where it cannot be read. */
export function consumers({ object, workloads }: ModelKubernetes): readonly ModelWorkload[] {
  const named = object && consumersOf(object);
  return named === undefined ? workloads : workloads.filter((one) => named.some((place) => samePlace(place, one)));
}

export function mustBeAllowedToRestart(
  workload: ModelWorkload,
  annotation: string,
  keyID: string,
  { objects, elasticsearch }: Servers,
): void {
  const kubernetes = objects.find(({ workloads }) => workloads.includes(workload));
  const { object, secret } = kubernetes ?? {};
  must(kubernetes !== undefined && object !== undefined, 'a workload is restarted for an object');
  mustBeClaimed(kubernetes);
  const consumer = consumersOf(object)?.find((place) => samePlace(place, workload));
  must(consumer?.restart === true, 'only consumers are restarted that shall be');
  must(secret?.data['id'] === keyID, 'a workload is restarted for the key in the Secret');
  if (workload.template[annotation] === keyID) return;
  must(!workload.restartedFor.includes(keyID), 'a workload is restarted once for a key');
  const isFirst = elasticsearch.everMade(object.metadata.uid)[0]?.record.id === keyID;
  // Where somebody has taken the reason out, a later write of the journal leaves an empty one.
  const isToldFirst = (secret?.metadata.annotations[ANNOTATIONS.rotationReason] ?? '') !== '';
  must(!isFirst || !isToldFirst, 'nothing is restarted for a first key');
}

/** The finalizer goes last. */
export function mustBeAllowedToRelease({ object, secret }: ModelKubernetes, { elasticsearch }: Servers): void {
  if (object === undefined) return;
  const { annotations = {}, deletionTimestamp, uid } = object.metadata;
  must(deletionTimestamp !== undefined, 'an object that lives keeps its finalizer');
  if (retains(object) || annotations[ANNOTATIONS.abandonKeys] === 'true') return;
  const within = elasticsearch.livingWithinReach(uid);
  must(within.length === 0, `the finalizer outlives the keys (${within.map(({ id }) => id).join(', ')})`);
  const journal = secret && readJournal(secret.metadata.annotations);
  const alive = elasticsearch.living().filter(({ record }) => named(journal).includes(record.id));
  must(alive.length === 0, 'the finalizer outlives the keys that the journal names');
}

const named = (journal: Journal | undefined): readonly string[] => (journal === undefined ? [] : keyIDsOf(journal));
