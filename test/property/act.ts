import type { Action, IssueKey } from '../../src/core/actions.ts';
import type { Terms } from '../../src/core/connection-view.ts';
import { secretName } from '../../src/core/desired.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Effect } from '../../src/core/fold.ts';
import { journalAnnotations, readJournal } from '../../src/core/journal.ts';
import type { Observed } from '../../src/core/observed.ts';
import { isConsistent, secretData } from '../../src/core/render.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import { INSTALLATION } from '../builders/beat-api-key.ts';
import { must, VISIBILITY_MS, type Circumstances } from './circumstances.ts';
import type { ModelElasticsearch } from './model-elasticsearch.ts';
import type { ModelKubernetes } from './model-kubernetes.ts';

/** What actions work on. */
export interface World {
  readonly at: Circumstances;
  readonly elasticsearch: ModelElasticsearch;
  readonly kubernetes: ModelKubernetes;
  readonly terms: Terms;
  /** Begin of the last attempt to make a key whose outcome is not known. */
  unsettledSince: number | undefined;
}

/** Runs one action against the model, as controller/execute runs it against the servers. */
export function act(action: Action, observed: Observed, world: World): Effect {
  const { kubernetes, elasticsearch, at } = world;
  switch (action.type) {
    case 'claim':
      return { type: 'claimed', object: kubernetes.claim(INSTALLATION) };
    case 'issueKey':
      return issue(action, observed, world);
    case 'updateKey': {
      const mark = { ...action.change.mark, attempt: 'update' };
      elasticsearch.update(action.id, { ...action.change, mark });
      const record = elasticsearch.get(action.id);
      must(record !== undefined, 'an updated key is there');
      const expires = action.change.expiration === undefined ? action.expires : record.expiration;
      const journal = { ...action.journal, changed: at.now, ...(expires === undefined ? {} : { expires }) };
      const secret = kubernetes.patchSecret(action.secret, { annotations: journalAnnotations(journal) });
      return { type: 'keyUpdated', secret, key: record };
    }
    case 'rewriteSecret': {
      const { labels, annotations, owner, templates, dropped } = action.write;
      const metadata = { labels, annotations: { ...annotations, ...journalAnnotations(action.journal) }, owner };
      if (!action.render) return { type: 'secretWritten', secret: kubernetes.patchSecret(action.secret, metadata) };
      const data = kubernetes.secret?.data ?? {};
      if (!isConsistent(data, action.journal.keyID)) {
        throw new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'rewrite', code: 'Changed' });
      }
      const half = new Sensitive(data['key'] ?? '');
      const rendered = secretData(observed.object, world.terms, templates, action.journal.keyID, half);
      const nulls = Object.fromEntries(dropped.map((name) => [name, null]));
      const secret = kubernetes.patchSecret(action.secret, {
        ...metadata,
        data: rendered.map((values) => ({ ...nulls, ...values })),
      });
      return { type: 'secretWritten', secret };
    }
    case 'invalidateKeys': {
      for (let left = action.keys; left.length > 0; at.now += 500) {
        const asked = at.now;
        const listed = elasticsearch.invalidate(left.map(({ id }) => id));
        left = left.filter(({ id, since }) => !listed.includes(id) && asked - since <= VISIBILITY_MS);
      }
      const ids = action.keys.map(({ id }) => id);
      if (action.remember === undefined) return { type: 'keysInvalidated', ids, invalidated: ids };
      const { secret, superseded } = action.remember;
      const journal = readJournal(secret.annotations);
      must(journal !== undefined, 'a journal that forgets is there');
      const annotations = journalAnnotations({ ...journal, superseded, changed: at.now });
      return {
        type: 'keysInvalidated',
        ids,
        invalidated: ids,
        secret: kubernetes.patchSecret(secret, { annotations }),
      };
    }
    case 'restartConsumers':
      return { type: 'consumersRestarted', keyID: action.keyID, workloads: action.workloads, refused: [] };
    case 'removeSecret':
      kubernetes.removeSecret(action.secret);
      return { type: 'secretRemoved' };
    case 'disownSecret':
      return { type: 'secretWritten', secret: kubernetes.patchSecret(action.secret, { owner: null }) };
    case 'release': {
      const { finalizers: _finalizers, ...metadata } = observed.object.metadata;
      kubernetes.release();
      return { type: 'released', object: { ...observed.object, metadata }, abandoned: [] };
    }
  }
}

function issue(action: IssueKey, { object }: Observed, world: World): Effect {
  const { kubernetes, elasticsearch, at } = world;
  const mark = { ...action.request.mark, attempt: `attempt-${elasticsearch.created}` };
  const began = at.now;
  world.unsettledSince = began;
  const { record, half } = elasticsearch.create({ ...action.request, mark });
  const { expiration } = record;
  const journal = {
    ...action.journal,
    keyID: record.id,
    created: began,
    changed: at.now,
    ...(expiration === undefined ? {} : { expires: expiration }),
  };
  const { write } = action;
  const nulls = Object.fromEntries(write.dropped.map((name) => [name, null]));
  const content = {
    data: secretData(object, world.terms, write.templates, record.id, new Sensitive(half)).map((values) => ({
      ...nulls,
      ...values,
    })),
    labels: write.labels,
    annotations: { ...write.annotations, ...journalAnnotations(journal) },
    owner: write.owner,
  };
  try {
    const secret =
      action.secret === undefined
        ? kubernetes.createSecret(object.metadata.namespace, secretName(object), content)
        : kubernetes.patchSecret(action.secret, content);
    world.unsettledSince = undefined;
    return { type: 'keyIssued', reason: action.reason, secret, key: { ...record, creation: began } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    at.now += elasticsearch.lag;
    if (elasticsearch.invalidate([record.id]).includes(record.id)) world.unsettledSince = undefined;
    throw error;
  }
}
