import { describe, expect, test } from 'vitest';
import { aBeatApiKey, type BeatApiKeyOptions } from '../../test/builders/beat-api-key.ts';
import { aConnectionView, someTerms } from '../../test/builders/connection-view.ts';
import { anObserved, type ObservedOptions } from '../../test/builders/observed.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { firstRefusal } from './checks.ts';
import { desire } from './desired.ts';
import { Failure, type FailureKind } from './failure.ts';
import { known, unknown } from './reading.ts';
import type { Verdict } from './verdict.ts';

const refusal = (options: ObservedOptions): Verdict | undefined => {
  // The Secret of the builder is as its object asks, which an invalid spec does not say.
  const observed = anObserved({ secret: 'absent', inventory: [], ...options });
  return firstRefusal(observed, desire(observed.object));
};
const failed = (kind: FailureKind): Failure =>
  new Failure({
    kind,
    system: 'Elasticsearch',
    operation: 'create API key',
    code: 'HTTP 400',
    detail: 'unknown privilege',
  });

const another = { annotations: { [ANNOTATIONS.installation]: 'another' } };
const invalid: BeatApiKeyOptions = { spec: { expiration: 'soon' } };
const elsewhere = aConnectionView({ terms: { namespace: 'beatkeys-system' } });
const greedy = aBeatApiKey({ spec: { roleDescriptors: { all: { cluster: ['all'] } } } });
const lacking = { missingPrivileges: known(['cluster: read_ilm', 'indices packetbeat-*: create_doc']) };
const waiting = { state: 'waiting', reason: 'Unavailable', message: 'down' } as const;

describe('a license without field and document level security', () => {
  const entry = { names: ['packetbeat-*'], privileges: ['create_doc'] };
  const refusedUnder = (limitedLicense: string | undefined, restriction: object): Verdict | undefined => {
    const spec = { roleDescriptors: { writer: { index: [{ ...entry, ...restriction }] } } };
    const contact = limitedLicense === undefined ? {} : { limitedLicense };
    const terms = { ceiling: { indices: [{ ...entry, ...restriction }] } };
    return refusal({ object: aBeatApiKey({ spec }), connection: aConnectionView({ contact, terms }) });
  };

  test.for([
    { field_security: { grant: ['message'] } },
    { field_security: { grant: ['*'], except: ['secret'] } },
    { query: { match_all: {} } },
  ])('refuses %j, with which the key would be denied everything', (restriction) => {
    expect(refusedUnder('basic', restriction)).toMatchObject({
      state: 'stalled',
      reason: 'LicenseInsufficient',
      message: expect.stringMatching(/has basic.*: spec\.roleDescriptors\.writer\.indices: packetbeat-\*$/) as string,
    });
    expect(refusedUnder(undefined, restriction)).toBeUndefined();
  });

  test.for([{}, { field_security: { grant: ['*'] } }])('lets %j pass, which restricts nothing', (restriction) => {
    expect(refusedUnder('basic', restriction)).toBeUndefined();
  });
});

describe('an object is refused', () => {
  test.for<readonly [string, ObservedOptions, Partial<Verdict>, string]>([
    [
      'where another installation acts on it',
      { object: aBeatApiKey({ metadata: another }) },
      { state: 'stalled', reason: 'ClaimedByAnotherInstallation' },
      'names installation another',
    ],
    [
      'where its spec breaks a rule',
      { object: aBeatApiKey(invalid) },
      { state: 'stalled', reason: 'InvalidSpec' },
      'spec.expiration',
    ],
    [
      'where its connection is not there',
      { connection: { state: 'absent' } },
      { state: 'stalled', reason: 'ConnectionNotFound' },
      'no ElasticsearchConnection main in namespace logging',
    ],
    [
      'where the connection is not for its namespace',
      { connection: elsewhere },
      { state: 'stalled', reason: 'NamespaceNotAllowed' },
      'beatkeys-system/main',
    ],
    [
      'where it asks for more than the policy lends',
      { object: greedy },
      { state: 'stalled', reason: 'PolicyViolation' },
      'spec.roleDescriptors.all.cluster: all',
    ],
    [
      'where a foreign Secret has its name',
      { secret: 'foreign' },
      { state: 'stalled', reason: 'SecretConflict' },
      'Secret packetbeat exists',
    ],
    [
      "where the operator's user lacks a privilege",
      { close: lacking },
      { state: 'stalled', reason: 'PrivilegesMissing' },
      'cluster: read_ilm, indices packetbeat-*: create_doc',
    ],
    [
      'where Elasticsearch does not know a privilege',
      { close: { missingPrivileges: unknown(failed('rejected')) } },
      { state: 'stalled', reason: 'Rejected' },
      'unknown privilege',
    ],
    [
      'where nobody can tell yet what the user lacks',
      { close: { missingPrivileges: unknown(failed('unavailable')) } },
      { state: 'working', reason: 'Unavailable' },
      'unknown privilege',
    ],
    [
      'where Elasticsearch refused just this request',
      { refusal: failed('rejected') },
      { state: 'stalled', reason: 'Rejected' },
      'unknown privilege',
    ],
  ])('%s', ([, options, verdict, message]) => {
    const refused = refusal(options);
    expect(refused).toMatchObject(verdict);
    expect(refused?.message).toContain(message);
  });
});

test('what has to be mended first is named first', () => {
  const everything: readonly ObservedOptions[] = [
    { object: aBeatApiKey({ ...invalid, metadata: another }), connection: { state: 'absent' } },
    { object: aBeatApiKey(invalid), connection: { state: 'absent' } },
    { object: greedy, connection: { state: 'absent' }, secret: 'foreign', close: lacking },
    { object: greedy, connection: elsewhere, secret: 'foreign', close: lacking },
    { object: greedy, secret: 'foreign', close: lacking, refusal: failed('rejected') },
    { secret: 'foreign', close: lacking, refusal: failed('rejected') },
    { close: lacking, refusal: failed('rejected') },
    { refusal: failed('rejected') },
    {},
  ];
  expect(everything.map((options) => refusal(options)?.reason)).toEqual([
    'ClaimedByAnotherInstallation',
    'InvalidSpec',
    'ConnectionNotFound',
    'NamespaceNotAllowed',
    'PolicyViolation',
    'SecretConflict',
    'PrivilegesMissing',
    'Rejected',
    undefined,
  ]);
});

describe('terms are held', () => {
  test('while the cluster is down, as far as they are known', () => {
    expect(refusal({ object: greedy, connection: { ...waiting, terms: someTerms() } })?.reason).toBe('PolicyViolation');
    expect(refusal({ object: greedy, connection: waiting })).toBeUndefined();
  });
});

test('a long list is cut, and says how much is left out', () => {
  const missingPrivileges = known(Array.from({ length: 20 }, (_, at) => `cluster: p${at}`));
  expect(refusal({ close: { missingPrivileges } })?.message).toMatch(/cluster: p7 and 12 more$/);
});
