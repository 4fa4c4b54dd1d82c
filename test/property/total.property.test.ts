import { test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { beatApiKeyStatus } from '../../src/api/beat-api-key-status.ts';
import { ANNOTATIONS, FINALIZER } from '../../src/api/names.ts';
import type { Action } from '../../src/core/actions.ts';
import { desire } from '../../src/core/desired.ts';
import { eventsOf } from '../../src/core/events.ts';
import { journalAnnotations, readJournal, type Journal } from '../../src/core/journal.ts';
import { journalOf, type Observed } from '../../src/core/observed.ts';
import { plan } from '../../src/core/plan.ts';
import { openQuestions } from '../../src/core/questions.ts';
import { known } from '../../src/core/reading.ts';
import { statusOf } from '../../src/core/status.ts';
import { aBeatApiKey, INSTALLATION } from '../builders/beat-api-key.ts';
import { aConnectionView } from '../builders/connection-view.ts';
import { NOW } from '../builders/observed.ts';
import { foreign, observed } from './arbitrary.ts';

vi.setConfig({ testTimeout: 120_000 });
const numRuns = 4 * Number(process.env['PROPERTY_RUNS'] ?? 100);
const planned = (seen: Observed): ReturnType<typeof plan> => plan(seen, desire(seen.object), NOW);

/** The journal that would stand in the Secret after an action. */
function journalAfter(action: Action): Journal | undefined {
  const made = { keyID: 'new', created: NOW, changed: NOW, stored: NOW };
  switch (action.type) {
    case 'issueKey':
      return { ...action.journal, ...made };
    case 'updateKey':
      return { ...action.journal, changed: NOW };
    case 'rewriteSecret':
    case 'adoptSecret':
      return action.journal;
    default:
      return undefined;
  }
}

/** What the annotations hold after they were written. */
function written(journal: Journal): Journal | undefined {
  const entries = Object.entries(journalAnnotations(journal));
  return readJournal(Object.fromEntries(entries.flatMap(([name, text]) => (text === null ? [] : [[name, text]]))));
}

describe('whatever a pass may come to know', () => {
  test.prop([observed], { numRuns })(
    'the plan never throws, is the same again, and names no time that has passed',
    (seen) => {
      const made = planned(seen);
      expect(planned(seen)).toEqual(made);
      if (made.actions.length === 0 && made.due !== undefined) expect(made.due).toBeGreaterThan(NOW);
      for (const action of made.actions) expect(openQuestions(action, seen)).toBeInstanceOf(Array);
    },
  );

  test.prop([observed], { numRuns })('the status is one that the API server takes', (seen) => {
    const desired = desire(seen.object);
    const { verdict } = plan(seen, desired, NOW);
    const status = statusOf(seen, desired, verdict, NOW);
    expect(beatApiKeyStatus.safeParse(status).error).toBeUndefined();
    const later = NOW + 1_000;
    const { expires = 0, superseded = [] } = journalOf(seen) ?? {};
    const ends = (seen.inventory?.keys ?? []).map(({ expiration = 0 }) => expiration);
    const instants = [expires, ...superseded.map(({ notBefore }) => notBefore), ...ends];
    const again = statusOf({ ...seen, object: { ...seen.object, status } }, desired, verdict, later);
    if (instants.every((instant) => instant <= NOW || instant > later)) expect(again).toEqual(status);
    expect(eventsOf(seen.object, [], verdict)).toBeInstanceOf(Array);
  });

  test.prop([observed], { numRuns })(
    'nothing but a claim happens without finalizer and claim of this installation',
    (seen) => {
      const { finalizers = [], annotations = {} } = seen.object.metadata;
      const claimed = finalizers.includes(FINALIZER) && annotations[ANNOTATIONS.installation] === INSTALLATION;
      const leaving = seen.object.metadata.deletionTimestamp !== undefined && finalizers.includes(FINALIZER);
      const foreign = ![undefined, INSTALLATION].includes(annotations[ANNOTATIONS.installation]);
      const types = planned(seen).actions.map(({ type }) => type);
      if (!claimed && (!leaving || foreign)) expect(types.filter((type) => type !== 'claim')).toEqual([]);
    },
  );

  test.prop([observed], { numRuns })('the key of the journal is invalidated only with its object', (seen) => {
    const ids = planned(seen).actions.flatMap((action) =>
      action.type === 'invalidateKeys' ? action.keys.map(({ id }) => id) : [],
    );
    if (seen.object.metadata.deletionTimestamp === undefined) expect(ids).not.toContain(journalOf(seen)?.keyID);
  });

  test.prop([observed, foreign], { numRuns })(
    'a Secret that is not our own is left alone unless it is handed over',
    (whatever, view) => {
      const { refusal: _refusal, ...rest } = whatever;
      const { metadata, holder } = view;
      const secret = known(view);
      const look = rest.close.handedOver?.known === true ? rest.close.handedOver.value : undefined;
      const free = holder === undefined && look?.immutable !== true && (look === undefined || look.type === 'Opaque');
      const isHandedOver = metadata.annotations[ANNOTATIONS.adopt] === 'logging/packetbeat' && free;
      for (const seen of [
        { ...rest, secret },
        {
          ...rest,
          secret,
          object: aBeatApiKey(),
          connection: aConnectionView(),
          close: look === undefined ? {} : { handedOver: known(look) },
        },
      ]) {
        for (const action of planned(seen).actions) {
          const writes = 'secret' in action || action.type === 'issueKey';
          if (writes) expect([action.type, isHandedOver]).toEqual(['adoptSecret', true]);
          if (action.type !== 'adoptSecret') continue;
          if (action.journal !== undefined) expect(look?.record?.id).toBe(action.journal.keyID);
          if (action.key !== undefined) expect(action.key.record).toEqual(look?.record);
        }
      }
    },
  );

  test.prop([observed], { numRuns })('a journal that is written can be read back', (seen) => {
    for (const action of planned(seen).actions) {
      const journal = journalAfter(action);
      if (journal !== undefined) expect(written(journal)).toEqual(journal);
    }
  });
});
