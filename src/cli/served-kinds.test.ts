import { expect, test } from 'vitest';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../api/crd.ts';
import { checkFields, checkServed } from './served-kinds.ts';

const resources = ['beatapikeys', 'beatapikeys/status', 'elasticsearchconnections', 'elasticsearchconnections/status'];
const list = (names: readonly string[]) => ({ resources: names.map((name) => ({ name })) });

test('both kinds must be served with their statuses', () => {
  expect(checkServed(list(resources)).state).toBe('ok');
  expect(checkServed(undefined)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('does not know') as string,
  });
  expect(checkServed(list(resources.slice(0, 3))).message).toContain('elasticsearchconnections/status');
});

type Schema = { properties?: Record<string, Schema>; items?: Schema };

/** The API server's document; `change` gets the schema of a BeatApiKey. */
function document(change: (schema: Schema) => void = () => undefined): unknown {
  const schemas = CUSTOM_RESOURCE_DEFINITIONS.map(({ spec }) => {
    const schema = structuredClone(spec.versions[0]?.schema.openAPIV3Schema) as Schema;
    if (spec.names.kind === 'BeatApiKey') change(schema);
    return { ...schema, 'x-kubernetes-group-version-kind': [{ kind: spec.names.kind }] };
  });
  return { components: { schemas: Object.fromEntries(schemas.map((schema, index) => [`s${index}`, schema])) } };
}

test('the fields of this program are right', () => {
  expect(checkFields(document())).toMatchObject({ state: 'ok', message: 'as this program knows them' });
  expect(checkFields(undefined).state).toBe('skipped');
});

test('a field that the API server would drop fails, however deep it is', () => {
  const older = document(
    ({ properties }) => delete properties?.['spec']?.properties?.['rotation']?.properties?.['request'],
  );
  expect(checkFields(older)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('BeatApiKey.spec.rotation.request') as string,
  });
});

test('a field of a newer version is no harm', () => {
  const newer = document(({ properties }) => {
    const spec = properties?.['spec']?.properties;
    if (spec !== undefined) spec['novelty'] = {};
  });
  expect(checkFields(newer)).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('BeatApiKey.spec.novelty') as string,
  });
});
