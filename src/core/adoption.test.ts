import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aContact } from '../../test/builders/connection-view.ts';
import { aJournal, desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord, type KeyRecordOptions } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aForeignSecret } from '../../test/builders/secret.ts';
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../api/names.ts';
import { planAdoption, refusedAdoption } from './adoption.ts';
import { fold } from './fold.ts';
import { journalAnnotations } from './journal.ts';
import { journalOf, ownSecret, type HandedOver, type SecretView } from './observed.ts';
import { plan } from './plan.ts';
import { openQuestions } from './questions.ts';
import { known } from './reading.ts';
import type { SecretMetadata } from './secret.ts';

const BEFORE = 'uid-of-before';
const written = Object.fromEntries(
  Object.entries(journalAnnotations(aJournal())).flatMap(([name, text]) => (text === null ? [] : [[name, text]])),
);

/** The Secret of the object's name as a backup brought it back; `adopt` is what the annotation says. */
const restored = (adopt?: string, options: Partial<SecretMetadata> = {}): SecretMetadata =>
  aForeignSecret({
    labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.ownerUID]: BEFORE },
    annotations: { ...written, ...(adopt === undefined ? {} : { [ANNOTATIONS.adopt]: adopt }) },
    ...options,
  });
const handedOver = restored('logging/packetbeat');

type Foreign = Extract<SecretView, { state: 'foreign' }>;
const seen = (metadata: SecretMetadata, more: Pick<Foreign, 'holder'> = {}, options: ObservedOptions = {}) =>
  anObserved({ secret: known({ state: 'foreign', metadata, ...more }), inventory: [], ...options });
const looked = (look: Partial<HandedOver>, metadata = handedOver) =>
  seen(metadata, {}, { close: { handedOver: known({ type: 'Opaque', immutable: false, ...look }) } });
const ofBefore = (options: KeyRecordOptions = {}) => aKeyRecord({ ...options, mark: { uid: BEFORE, ...options.mark } });

describe('a Secret that was not made for the object is refused', () => {
  test.for<readonly [string, ReturnType<typeof seen>, string]>([
    [
      'without the annotation, with the way out',
      seen(restored()),
      "Secret packetbeat exists and was not made for this object; it is left untouched: delete or rename it, name another in a new object's spec.secret.name, or hand it over to this object with the annotation beatkeys.dev/adopt: logging/packetbeat",
    ],
    [
      'without a way out that is none, where another object owns it',
      seen(restored(), { holder: 'BeatApiKey first' }),
      "delete or rename it, name another in a new object's spec.secret.name",
    ],
    [
      'where the annotation names another object',
      seen(restored('logging/other')),
      'Secret packetbeat was not made for this object; its annotation beatkeys.dev/adopt is "logging/other", and only beatkeys.dev/adopt: logging/packetbeat hands it over',
    ],
    ['where it names none', seen(restored('')), 'annotation beatkeys.dev/adopt is "", and only'],
    ['where it is nearly right', seen(restored('logging/packetbeat ')), 'is "logging/packetbeat ", and only'],
    [
      'where another object that is there owns it',
      seen(handedOver, { holder: 'BeatApiKey first' }),
      'Secret packetbeat belongs to BeatApiKey first, which is there',
    ],
    [
      'of another type',
      looked({ type: 'kubernetes.io/tls' }),
      'is of type kubernetes.io/tls; only a Secret of type Opaque',
    ],
    ['that is immutable', looked({ immutable: true }), 'is immutable'],
  ])('%s', ([, observed, message]) => {
    expect(refusedAdoption(observed)).toContain(message);
    const { actions, verdict } = plan(observed, { ok: true, value: desiredOf(observed.object) }, NOW);
    expect(actions).toEqual([]);
    expect(verdict).toMatchObject({ state: 'stalled', reason: 'SecretConflict' });
  });

  test('without a long or odd annotation being repeated as it is', () => {
    const message = refusedAdoption(seen(restored(`a\n${'x'.repeat(5_000)}`))) ?? '';
    expect(message).toContain(String.raw`"a\nxxx`);
    expect(message.length).toBeLessThan(400);
  });

  test.for([seen(handedOver, { holder: `Pod ${'x'.repeat(5_000)}` }), looked({ type: 'x'.repeat(5_000) })])(
    'nor a long name of an owner or type',
    (observed) => expect(refusedAdoption(observed)?.length).toBeLessThan(400),
  );
});

describe('a Secret that is handed over', () => {
  const adoption = (observed: ReturnType<typeof seen>, contact = aContact()) => {
    const [action] = planAdoption(observed, desiredOf(observed.object), contact, NOW)?.actions ?? [];
    if (action?.type !== 'adoptSecret') throw new TypeError('expected an adoption');
    return action;
  };

  test('is looked at closely before anything is done, an object without finalizer first of all', () => {
    const observed = seen(handedOver);
    expect(openQuestions(adoption(observed), observed)).toEqual([
      'object',
      'secret',
      'handedOver',
      'missingPrivileges',
    ]);
    const unclaimed = seen(handedOver, {}, { object: aBeatApiKey({ claimed: false }) });
    const [claim] = plan(unclaimed, { ok: true, value: desiredOf(unclaimed.object) }, NOW).actions;
    expect(claim?.type).toBe('claim');
    expect(claim && openQuestions(claim, unclaimed)).toContain('handedOver');
  });

  test("becomes the object's own, and is handed over no more", () => {
    const { write } = adoption(looked({ record: ofBefore() }));
    expect(write).toMatchObject({
      labels: { [LABELS.ownerUID]: 'uid-1', [LABELS.managedBy]: MANAGED_BY },
      annotations: { [ANNOTATIONS.adopt]: null },
      owner: { name: 'packetbeat', uid: 'uid-1' },
    });
  });

  test('keeps a key that is proven to be made for an object of this name, once it is marked anew', () => {
    const observed = looked({ record: ofBefore() });
    const { roleDescriptors, fingerprint } = desiredOf(observed.object);
    expect(adoption(observed)).toMatchObject({
      journal: { keyID: 'key-1', fingerprint },
      key: { record: { id: 'key-1' }, change: { roleDescriptors, mark: { uid: 'uid-1', fingerprint } } },
    });
  });

  test('keeps a key that a pass which was killed has marked already', () => {
    const action = adoption(looked({ record: aKeyRecord() }));
    expect(action).toMatchObject({ journal: { keyID: 'key-1', fingerprint: 'fingerprint-1' } });
    expect(action).not.toHaveProperty('key');
  });

  test.for<readonly [string, KeyRecordOptions | undefined]>([
    ['is not to be found', undefined],
    ['another installation made', { mark: { installation: 'another' } }],
    ['was made for an object of another name', { mark: { name: 'other' } }],
    ['was made for an object of another namespace', { mark: { namespace: 'other' } }],
    ['is not the one that the journal names', { id: 'key-2' }],
  ])('brings no key with it that %s', ([, options]) => {
    const action = adoption(looked(options === undefined ? {} : { record: ofBefore(options) }));
    expect(action).not.toHaveProperty('journal');
    expect(action).not.toHaveProperty('key');
  });

  test.for<readonly [string, KeyRecordOptions]>([
    ['is dead', { invalidated: true }],
    ['has expired', { expiration: NOW - 1 }],
    ['belongs to another user', { owner: { username: 'other', realm: 'native1' } }],
  ])('is not changed at Elasticsearch where its key %s; the journal says what to do', ([, options]) => {
    const action = adoption(looked({ record: ofBefore(options) }));
    expect(action.journal?.keyID).toBe('key-1');
    expect(action).not.toHaveProperty('key');
  });

  test('is given a new key where it brought none, and the former one is replaced without being retired', () => {
    const observed = looked({});
    const { actions } = plan(
      fold(observed, {
        type: 'secretAdopted',
        secret: restored(undefined, { annotations: {}, labels: { [LABELS.ownerUID]: 'uid-1' } }),
      }),
      { ok: true, value: desiredOf(observed.object) },
      NOW,
    );
    expect(actions).toMatchObject([{ type: 'issueKey', reason: 'SecretAltered', journal: { superseded: [] } }]);
  });

  test('is known as it is after it was adopted, with its key in the list', () => {
    const key = aKeyRecord();
    const secret = restored(undefined, { labels: { [LABELS.ownerUID]: 'uid-1' } });
    const folded = fold(looked({ record: ofBefore() }), { type: 'secretAdopted', secret, key });
    expect([ownSecret(folded)?.uid, journalOf(folded)?.keyID]).toEqual([secret.uid, 'key-1']);
    expect(folded.inventory?.keys).toEqual([key]);
    expect(folded.close).not.toHaveProperty('handedOver');
  });
});

test('nothing else is adopted', () => {
  for (const secret of ['absent', undefined] as const) {
    const observed = anObserved(secret === undefined ? {} : { secret });
    expect(refusedAdoption(observed)).toBeUndefined();
    expect(planAdoption(observed, desiredOf(observed.object), aContact(), NOW)).toBeUndefined();
  }
});
