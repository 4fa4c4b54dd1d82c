import { CUSTOM_RESOURCE_DEFINITIONS } from '../api/crd.ts';
import { API_VERSION, BEAT_API_KEY, ELASTICSEARCH_CONNECTION, type KindNames } from '../api/names.ts';
import { fieldsOf } from '../lib/json.ts';
import { failed, ok, skipped, type Check } from './check.ts';

const KINDS: readonly KindNames[] = [BEAT_API_KEY, ELASTICSEARCH_CONNECTION];
const ADVICE = 'install the CustomResourceDefinitions of this version: kubectl apply --server-side -f crds/';
/** More than this are not spelt out. */
const SPELT_OUT = 5;

/** Whether the API server serves both kinds, with their statuses; `list` is its APIResourceList of our version. */
export function checkServed(list: unknown): Check {
  if (list === undefined) return failed('kinds', `the API server does not know ${API_VERSION}`, ADVICE);
  const { resources } = fieldsOf(list);
  const served = new Set(((resources ?? []) as readonly unknown[]).map((resource) => fieldsOf(resource)['name']));
  const wanted = KINDS.flatMap(({ plural }) => [plural, `${plural}/status`]);
  const missing = wanted.filter((name) => !served.has(name));
  if (missing.length > 0)
    return failed('kinds', `the API server does not serve ${missing.join(', ')} of ${API_VERSION}`, ADVICE);
  return ok('kinds', `${API_VERSION} is served: ${KINDS.map(({ kind }) => kind).join(', ')}`);
}

/**
 * Whether the kinds have the fields that this program knows; `document` is the API server's OpenAPI document of our
 * version. Fields that only the server knows are of a newer version, and no harm.
 */
export function checkFields(document: unknown): Check {
  if (document === undefined) return skipped('fields', `the API server publishes nothing of ${API_VERSION}`);
  const schemas = Object.values(fieldsOf(fieldsOf(fieldsOf(document)['components'])['schemas']));
  const lost: string[] = [];
  const more: string[] = [];
  for (const { kind } of KINDS) {
    const definition = CUSTOM_RESOURCE_DEFINITIONS.find(({ spec }) => spec.names.kind === kind);
    const known = new Set(fieldPaths(definition?.spec.versions[0]?.schema.openAPIV3Schema));
    const served = new Set(fieldPaths(schemas.find((schema) => isOf(schema, kind))));
    lost.push(...[...known].filter((path) => !served.has(path)).map((path) => `${kind}.${path}`));
    more.push(...[...served].filter((path) => !known.has(path)).map((path) => `${kind}.${path}`));
  }
  if (lost.length > 0)
    return failed('fields', `the API server drops fields that this program knows: ${spelt(lost)}`, ADVICE);
  if (more.length > 0) return ok('fields', `newer than those of this program, which does not know ${spelt(more)}`);
  return ok('fields', 'as this program knows them');
}

const spelt = (paths: readonly string[]): string =>
  paths.length <= SPELT_OUT
    ? paths.join(', ')
    : `${paths.slice(0, SPELT_OUT).join(', ')} and ${paths.length - SPELT_OUT} more`;

function isOf(schema: unknown, kind: string): boolean {
  const kinds = fieldsOf(schema)['x-kubernetes-group-version-kind'];
  return Array.isArray(kinds) && kinds.some((one) => fieldsOf(one)['kind'] === kind);
}

/** The fields below `spec` and `status`, by their paths. */
function fieldPaths(schema: unknown): readonly string[] {
  const { spec, status } = fieldsOf(fieldsOf(schema)['properties']);
  return [...pathsBelow('spec', spec), ...pathsBelow('status', status)];
}

function pathsBelow(path: string, schema: unknown): readonly string[] {
  const { properties, items } = fieldsOf(schema);
  return [
    ...Object.entries(fieldsOf(properties)).flatMap(([name, inner]) => {
      const own = `${path}.${name}`;
      return [own, ...pathsBelow(own, inner)];
    }),
    ...(items === undefined ? [] : pathsBelow(path, items)),
  ];
}
