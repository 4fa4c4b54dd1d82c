import { expect, test } from 'vitest';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import { wantedRole } from './role.ts';
import { planRole } from './role-plan.ts';

const object = anElasticsearchConnection();
const wanted = wantedRole(object, object.spec, { forNamespaces: [], manageApiKey: false });
const refused: unknown = expect.objectContaining({ ok: false });

test('a role that is not there is created', () => {
  expect(planRole(wanted, undefined, false)).toEqual({ ok: true, change: 'created' });
});

test('one that means the same stays as it is', () => {
  const existing = {
    ...wanted.role,
    cluster: [...(wanted.role.cluster ?? [])].toReversed(),
    indices: wanted.role.indices?.map((entry) => ({ allow_restricted_indices: false, ...entry })),
    applications: [],
    run_as: [],
    transient_metadata: { enabled: true },
  };
  expect(planRole(wanted, existing, false)).toEqual({ ok: true, change: 'unchanged' });
});

test('one that was made for the connection is changed', () => {
  expect(planRole(wanted, { ...wanted.role, cluster: ['all'] }, false)).toEqual({ ok: true, change: 'changed' });
});

test("somebody else's is left alone, unless it may be overwritten", () => {
  for (const metadata of [{}, { beatkeys: { connection: 'other/main' } }]) {
    expect(planRole(wanted, { ...wanted.role, metadata }, false)).toEqual(refused);
    expect(planRole(wanted, { ...wanted.role, metadata }, true)).toEqual({ ok: true, change: 'changed' });
  }
});

test("one of Elasticsearch's own is left alone in any case", () => {
  expect(planRole(wanted, { ...wanted.role, metadata: { _reserved: true } }, true)).toEqual(refused);
});
