import { fc } from '@fast-check/vitest';
import { ANNOTATIONS, DATA_KEYS, FINALIZER, LABELS } from '../../src/api/names.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { ConnectionView } from '../../src/core/connection-view.ts';
import { Failure, type FailureKind } from '../../src/core/failure.ts';
import { ours } from '../../src/core/fold.ts';
import { journalAnnotations } from '../../src/core/journal.ts';
import type { KeyRecord } from '../../src/core/key-record.ts';
import type { Observed } from '../../src/core/observed.ts';
import { known, unknown, type Reading } from '../../src/core/reading.ts';
import type { SecretMetadata } from '../../src/core/secret.ts';
import { aBeatApiKey, INSTALLATION } from '../builders/beat-api-key.ts';
import { aConnectionView, someTerms } from '../builders/connection-view.ts';
import { aJournal } from '../builders/journal.ts';
import { aKeyRecord } from '../builders/key-record.ts';
import { NOW } from '../builders/observed.ts';
import { arbitraryConsumers } from './arbitrary-consumers.ts';
import { firstEdit } from './arbitrary-history.ts';
import { specOf } from './history.ts';

/** Around `NOW`: far and near, before and after. */
const instant = fc
  .constantFrom(-90, -30, -1, 0, 1, 30, 90)
  .chain((days) => fc.integer({ min: -5_000, max: 5_000 }).map((ms) => NOW + days * 86_400_000 + ms));
const user = fc.constantFrom('beatkeys', 'other').map((username) => ({ username, realm: 'native1' }));
const id = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('key-1', 'key-2', 'key-3', 'key-4') },
  { weight: 1, arbitrary: fc.integer({ min: 5, max: 99 }).map((number) => `key-${number}`) },
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const given = <N extends string, T>(name: N, value: T | undefined): Partial<Record<N, T>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<N, T>>;

const KINDS: readonly FailureKind[] = ['unavailable', 'throttled', 'conflict', 'denied', 'rejected', 'aborted'];
const failure = fc
  .constantFrom(...KINDS)
  .map((kind) => new Failure({ kind, system: 'Elasticsearch', operation: 'look', code: kind }));
const reading = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Reading<T>> =>
  fc.oneof({ weight: 3, arbitrary: value.map(known) }, { weight: 1, arbitrary: failure.map(unknown) });

/** A spec that is valid, one with a field that may be anything, and anything. */
const spec: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: firstEdit.map(specOf) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        firstEdit.map(specOf),
        fc.constantFrom('connectionRef', 'secret', 'rotation', 'expiration'),
        fc.jsonValue(),
      )
      .map(([valid, field, value]) => ({ ...valid, [field]: value })),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const object: fc.Arbitrary<BeatApiKey> = fc
  .record({
    spec,
    installation: fc.constantFrom(INSTALLATION, INSTALLATION, 'another', undefined),
    finalizers: fc.constantFrom([FINALIZER], [FINALIZER], ['other'], []),
    deleted: fc.constantFrom(undefined, undefined, '2026-01-01T01:59:00Z'),
    abandon: fc.constantFrom(undefined, undefined, 'true'),
  })
  .map(({ spec: given_, installation, finalizers, deleted, abandon }) => {
    const annotations = {
      ...given(ANNOTATIONS.installation, installation),
      ...given(ANNOTATIONS.abandonKeys, abandon),
    };
    const built = aBeatApiKey({ metadata: { finalizers, annotations, ...given('deletionTimestamp', deleted) } });
    return { ...built, spec: given_ as BeatApiKey['spec'] };
  });

const connection: fc.Arbitrary<ConnectionView> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        owner: user,
        manageApiKey: fc.boolean(),
        clusterUUID: fc.constantFrom('cluster-1', 'cluster-1', 'cluster-2'),
        version: fc.constantFrom('9.5.3', '8.5.0', 'nonsense'),
      })
      .map((contact) =>
        aConnectionView({
          contact,
          terms: {
            ceiling: { cluster: ['monitor'], indices: [{ names: ['packetbeat-*'], privileges: ['create_doc'] }] },
          },
        }),
      ),
  },
  { weight: 1, arbitrary: fc.constant({ state: 'absent' } as const) },
  {
    weight: 1,
    arbitrary: maybe(fc.constant(someTerms())).map((terms) => ({
      state: 'waiting' as const,
      reason: 'Unavailable' as const,
      message: 'does not answer',
      ...given('terms', terms),
    })),
  },
);

const journal = fc
  .record({
    keyID: id,
    owner: user,
    clusterUUID: fc.constantFrom('cluster-1', 'cluster-2'),
    created: instant,
    changed: instant,
    stored: instant,
    expires: maybe(instant),
    requestedExpiration: fc.constantFrom(undefined, '30d', '1h', 'nonsense'),
    handledRequest: fc.constantFrom(undefined, 'r1'),
    superseded: fc.array(
      fc
        .record({ id, since: instant, notBefore: instant, atOnce: fc.boolean(), owner: maybe(user) })
        .map(({ owner, atOnce, ...rest }) => ({
          ...rest,
          ...(atOnce ? { atOnce } : {}),
          ...given('owner', owner),
        })),
      { maxLength: 70 },
    ),
  })
  .map(({ expires, requestedExpiration, handledRequest, ...rest }) =>
    aJournal({
      ...rest,
      ...given('expires', expires),
      ...given('requestedExpiration', requestedExpiration),
      ...given('handledRequest', handledRequest),
    }),
  );

/** Annotations as the operator writes them, some of them lost or changed by others. */
const annotations = fc
  .record({
    written: journal.map(journalAnnotations),
    lost: fc.subarray(Object.values(ANNOTATIONS), { maxLength: 2 }),
    altered: fc.dictionary(fc.constantFrom(...Object.values(ANNOTATIONS)), fc.string({ maxLength: 2_000 }), {
      maxKeys: 1,
    }),
  })
  .map(({ written, lost, altered }) => {
    const entries = Object.entries({ ...written, ...altered });
    return Object.fromEntries(
      entries.flatMap(([name, value]) =>
        value === null || (lost as readonly string[]).includes(name) ? [] : [[name, value] as const],
      ),
    );
  });

const secretMetadata: fc.Arbitrary<SecretMetadata> = fc
  .record({
    annotations,
    controllerUID: fc.constantFrom('uid-1', undefined),
    ownedDataKeys: fc.subarray([...DATA_KEYS, 'url', 'beat.yml', 'old']),
    labels: fc.constantFrom({ [LABELS.ownerUID]: 'uid-1' }, {}),
  })
  .map(({ controllerUID, ...rest }) => ({
    namespace: 'logging',
    name: 'packetbeat',
    uid: 'secret-uid-1',
    resourceVersion: '10',
    ownedLabels: [],
    ownedAnnotations: [],
    ...rest,
    ...given('controllerUID', controllerUID),
  }));

/** A Secret as a backup brought it back, and handed over or not. */
export const foreign = fc
  .record({
    metadata: secretMetadata,
    adopt: fc.constantFrom(undefined, 'logging/packetbeat', 'logging/packetbeat', 'logging/other'),
    holder: fc.constantFrom(undefined, undefined, 'BeatApiKey other'),
  })
  .map(({ metadata: { controllerUID: _controller, ...metadata }, adopt, holder }) => ({
    state: 'foreign' as const,
    metadata: {
      ...metadata,
      labels: { [LABELS.ownerUID]: 'uid-of-before' },
      annotations: { ...metadata.annotations, ...given(ANNOTATIONS.adopt, adopt) },
    },
    ...given('holder', holder),
  }));

const record: fc.Arbitrary<KeyRecord> = fc
  .record({ id, creation: instant, expiration: maybe(instant), invalidated: fc.boolean(), owner: user })
  .map(({ expiration, ...rest }) => aKeyRecord({ ...rest, ...given('expiration', expiration) }));

const handedOver = fc
  .record({ type: fc.constantFrom('Opaque', 'tls'), immutable: fc.boolean(), record: maybe(record) })
  .map(({ record: found, ...rest }) => ({ ...rest, ...given('record', found) }));

/** Anything that a pass may come to know, possible or not. */
export const observed: fc.Arbitrary<Observed> = fc
  .record({
    object,
    connection,
    secret: fc.oneof(
      { weight: 5, arbitrary: secretMetadata.map((metadata) => known(ours(metadata))) },
      { weight: 1, arbitrary: fc.constant(known({ state: 'absent' as const })) },
      { weight: 2, arbitrary: foreign.map((view) => known(view)) },
      { weight: 1, arbitrary: failure.map(unknown) },
    ),
    consumers: arbitraryConsumers(id, instant),
    inventory: maybe(
      fc.record({ begunAt: instant, keys: fc.uniqueArray(record, { maxLength: 90, selector: (key) => key.id }) }),
    ),
    missingPrivileges: maybe(reading(fc.array(fc.string({ minLength: 1, maxLength: 2_000 }), { maxLength: 80 }))),
    keyLives: maybe(reading(fc.boolean())),
    valuesIntact: maybe(reading(fc.boolean())),
    handedOver: maybe(reading(handedOver)),
    looked: fc.boolean(),
    claimedNow: fc.boolean(),
    gone: fc.uniqueArray(id),
    unsettledSince: maybe(instant),
    mintedAt: maybe(instant),
    moved: maybe(fc.record({ keyID: id, consumers: fc.subarray(['DaemonSet/packetbeat', 'Deployment/packetbeat']) })),
    refusal: fc.option(failure, { nil: undefined, freq: 8 }),
    leadingSince: instant,
  })
  .map(({ unsettledSince, mintedAt, moved, refusal, ...seen }) => ({
    ...seen,
    ...given('unsettledSince', unsettledSince),
    ...given('mintedAt', mintedAt),
    ...given('moved', moved),
    ...given('refusal', refusal),
  }))
  .map(({ missingPrivileges, keyLives, valuesIntact, handedOver, looked, leadingSince, ...rest }) => ({
    ...rest,
    operator: { installation: INSTALLATION, visibilityDelayMs: 2_000, attemptLimitMs: 30_000, leadingSince },
    namespaceLabels: {},
    close: {
      ...(looked ? { object: true as const, secret: true as const } : {}),
      ...given('missingPrivileges', missingPrivileges),
      ...given('keyLives', keyLives),
      ...given('valuesIntact', valuesIntact),
      ...given('handedOver', handedOver),
    },
  }));
