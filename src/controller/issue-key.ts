import { randomUUID } from 'node:crypto';
import { DATA_KEYS } from '../api/names.ts';
import type { IssueKey } from '../core/actions.ts';
import { requestIdentity } from '../core/desired.ts';
import { Failure } from '../core/failure.ts';
import type { Effect } from '../core/fold.ts';
import { journalAnnotations } from '../core/journal.ts';
import type { KeyMark, KeyRecord } from '../core/key-record.ts';
import { known } from '../core/reading.ts';
import { encodedCredential, secretData } from '../core/render.ts';
import { droppedData } from '../core/secret-plan.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { digest } from '../lib/digest.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { discardKey } from './discard-key.ts';
import { equipped, type Equipment } from './equipment.ts';
import type { ActionContext } from './action-context.ts';
import type { CreatedKey } from './ports.ts';
import { NotStored, storeKey } from './store-key.ts';

/**
 * Mint, prove, store. Until the key is in the Secret, or surely nowhere, the attempt counts as unsettled, and the next
 * one begins with an inventory. A key that does not get into the Secret is invalidated at once if that can be done.
 */
export async function issueKey(action: IssueKey, context: ActionContext, signal: AbortSignal): Promise<Effect> {
  const { cluster, observed, memory, meter, operator } = context;
  const { uid } = observed.object.metadata;
  const equipment = equipped(context);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(operator().attemptLimitMs)]);
  await rehearse(action, context);
  const mark = { ...action.request.mark, attempt: randomUUID() };
  const began = cluster.now();
  memory.beginAttempt(uid, began);
  const created = await mint(action, mark, equipment, context, limit);
  memory.noteMint(uid, cluster.now());
  meter.keyCreated(action.reason);
  try {
    await prove(action, created, equipment, context, limit);
    const secret = await store(action, created, began, equipment, context, limit);
    memory.settleAttempt(uid);
    memory.keepUnstorable(uid, false);
    if (action.reason !== 'FirstIssue') meter.keyRotated(action.reason);
    return { type: 'keyIssued', reason: action.reason, secret, key: recordOf(action, mark, created, began, equipment) };
  } catch (error) {
    if (!(error instanceof Unstored)) throw error;
    memory.keepUnstorable(uid, error.failure instanceof Failure && error.failure.system === 'Kubernetes');
    if (await discardKey(created.id, equipment.store, context)) memory.settleAttempt(uid);
    throw error.failure;
  }
}

/** A failure after which the new key is surely not in the Secret. */
class Unstored extends Error {
  override readonly name = 'Unstored';
  readonly failure: unknown;

  constructor(failure: unknown) {
    super('the new key was not stored');
    this.failure = failure;
  }
}

/**
 * A key that Kubernetes would not let be stored is not made: a quota, a missing right, an immutable Secret or a policy
 * may stay for days. Asked before a rotation, and where an attempt failed so before; the first issue is not slowed down.
 */
async function rehearse({ write, secret }: IssueKey, { cluster, memory, observed }: ActionContext): Promise<void> {
  const { namespace, uid } = observed.object.metadata;
  if (secret === undefined && !memory.isUnstorable(uid)) return;
  const { name, templates, labels, annotations, owner } = write;
  const values = Object.fromEntries([...DATA_KEYS, ...Object.keys(templates)].map((key) => [key, '']));
  const data = new Sensitive({ ...droppedData(write), ...values });
  await cluster.secrets.rehearse(secret ?? { namespace, name }, { data, labels, annotations, owner });
}

/**
 * No retry: names are not unique, so a second request would make a second key. It may have waited for its turn so long
 * that the lease has become too short for it meanwhile.
 */
async function mint(
  { request }: IssueKey,
  mark: KeyMark,
  { store, desired, version }: Equipment,
  { mayAct, memory, observed }: ActionContext,
  signal: AbortSignal,
): Promise<CreatedKey> {
  const { uid } = observed.object.metadata;
  try {
    return await store.create({ ...request, mark }, signal, mayAct);
  } catch (error) {
    if (error instanceof Failure && !error.outcomeUnknown) {
      memory.settleAttempt(uid);
      if (error.kind === 'rejected') memory.keepRefusal(uid, requestIdentity(desired), version, error);
    }
    throw error;
  }
}

/** A key that Elasticsearch does not accept, or that lacks a right, is never stored: Beats would lose events in silence. */
async function prove(
  { request }: IssueKey,
  { id, secret }: CreatedKey,
  { store, desired, connection }: Equipment,
  { cluster, settings }: ActionContext,
  signal: AbortSignal,
): Promise<void> {
  try {
    const trial = await store.tryPrivileges(encodedCredential(id, secret), request.roleDescriptors, signal);
    if (trial.accepted && trial.missing.length === 0) return;
    // The next pass finds these missing and says so, before it makes another key.
    if (trial.accepted) {
      const now = cluster.now();
      connection.keepPrivileges(
        digest(desired.roleDescriptors),
        known(trial.missing),
        now,
        now - settings.driftIntervalMs,
      );
    }
    const code = trial.accepted ? 'PrivilegesCut' : 'KeyNotAccepted';
    throw new Failure({ kind: 'conflict', system: 'Elasticsearch', operation: 'prove API key', code });
  } catch (error) {
    throw new Unstored(error);
  }
}

async function store(
  { journal, write, secret: current, plannedAt }: IssueKey,
  { id, secret, expiration }: CreatedKey,
  began: number,
  { terms }: Equipment,
  { cluster, clock, observed }: ActionContext,
  signal: AbortSignal,
): Promise<SecretMetadata> {
  const { object } = observed;
  const expires = expiration === undefined ? {} : { expires: expiration };
  const changed = cluster.now();
  const late = changed - plannedAt;
  // The overlap counts from the switch, which begins now.
  const superseded = journal.superseded.map((key) =>
    key.since === plannedAt ? { ...key, since: changed, notBefore: key.notBefore + late } : key,
  );
  const complete = { ...journal, superseded, keyID: id, created: began, changed, ...expires };
  const place = { namespace: object.metadata.namespace, name: write.name };
  try {
    return await storeKey(
      current === undefined ? place : { ...place, current },
      id,
      {
        data: secretData(object, terms, write.templates, id, secret).map((values) => ({
          ...droppedData(write),
          ...values,
        })),
        labels: write.labels,
        annotations: { ...write.annotations, ...journalAnnotations(complete) },
        owner: write.owner,
      },
      cluster.secrets,
      clock,
      signal,
    );
  } catch (error) {
    throw error instanceof NotStored ? new Unstored(error.failure) : error;
  }
}

function recordOf(
  { request, journal }: IssueKey,
  mark: KeyMark,
  { id, expiration }: CreatedKey,
  creation: number,
  { desired }: Equipment,
): KeyRecord {
  const { contentDigest } = desired;
  const record = { id, name: request.name, creation, invalidated: false, owner: journal.owner, mark, contentDigest };
  return expiration === undefined ? record : { ...record, expiration };
}
