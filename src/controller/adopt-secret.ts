import { randomUUID } from 'node:crypto';
import { ANNOTATIONS } from '../api/names.ts';
import type { AdoptSecret } from '../core/actions.ts';
import type { Effect } from '../core/fold.ts';
import { journalAnnotations, withoutJournal } from '../core/journal.ts';
import type { KeyRecord } from '../core/key-record.ts';
import type { ActionContext } from './action-context.ts';
import { equipped } from './equipment.ts';

/**
 * Changes the key to name this object, then takes the Secret over; the values in it stay. Killed in between, the next
 * pass finds a key that names the object already.
 */
export async function adoptSecret(action: AdoptSecret, context: ActionContext, signal: AbortSignal): Promise<Effect> {
  const { cluster, meter } = context;
  const { secret, write, journal } = action;
  const key = action.key === undefined ? undefined : await remark(action.key, context, signal);
  if (key !== undefined) meter.keyUpdated();
  const kept = journal === undefined ? withoutJournal() : journalAnnotations({ ...journal, changed: cluster.now() });
  const adopted = await cluster.secrets.patch(secret, {
    labels: write.labels,
    annotations: { ...kept, ...write.annotations },
    owner: write.owner,
  });
  const stranger = journal === undefined ? secret.annotations[ANNOTATIONS.keyID] : undefined;
  return {
    type: 'secretAdopted',
    secret: adopted,
    ...(key === undefined ? {} : { key }),
    ...(stranger === undefined ? {} : { stranger }),
  };
}

/** Answers the key as Elasticsearch has it from then on. */
async function remark(
  { record, change }: NonNullable<AdoptSecret['key']>,
  context: ActionContext,
  signal: AbortSignal,
): Promise<KeyRecord> {
  const { store, desired } = equipped(context);
  const mark = { ...change.mark, attempt: randomUUID() };
  await store.update(record.id, { ...change, mark }, signal);
  return { ...record, mark, contentDigest: desired.contentDigest };
}
