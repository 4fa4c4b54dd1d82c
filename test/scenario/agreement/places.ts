import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../src/api/crd.ts';
import type { StructuralSchema } from '../../../src/api/structural-schema.ts';
import type { Kind } from '../kinds.ts';

/** On the way to a place: any entry of a map. */
export const ENTRY = '*';
/** The name of a field, `ENTRY`, or the number of an item. */
export type Step = string | number;

/** Somewhere in a spec, whether or not a given spec has it. */
export interface Place {
  readonly path: readonly Step[];
  readonly schema: StructuralSchema;
}

/** The schema of a kind's `spec`, as the API server has it. */
export function specSchema(kind: Kind): StructuralSchema {
  const definition = CUSTOM_RESOURCE_DEFINITIONS.find(({ spec }) => spec.names.kind === kind);
  const schema = definition?.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'];
  if (schema === undefined) throw new Error(`${kind} has no spec`);
  return schema;
}

/** The place and all below it; of a list its first item, of a map any entry. */
export function placesIn(schema: StructuralSchema, path: readonly Step[] = []): readonly Place[] {
  return [
    { path, schema },
    ...(schema.items === undefined ? [] : placesIn(schema.items, [...path, 0])),
    ...(schema.additionalProperties === undefined ? [] : placesIn(schema.additionalProperties, [...path, ENTRY])),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => placesIn(inner, [...path, name])),
  ];
}

/** Not `undefined`, which would be a value. */
export const REMOVED = Symbol('removed');

/** The value with something else at a place; what is missing on the way is made. */
export function changed(value: unknown, [step, ...rest]: readonly Step[], to: unknown): unknown {
  if (step === undefined) return to;
  if (typeof step === 'number') {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    const item = changed(items[step], rest, to);
    return [...items.slice(0, step), ...(item === REMOVED ? [] : [item]), ...items.slice(step + 1)];
  }
  const fields = isObject(value) ? value : {};
  const name = step === ENTRY ? (Object.keys(fields)[0] ?? 'a') : step;
  const field = changed(fields[name], rest, to);
  const { [name]: _former, ...others } = fields;
  return field === REMOVED ? others : { ...fields, [name]: field };
}

/** Whether it has fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The expression that a text or the names in a map must match, as the rules of its schema say. */
export function patternOf(schema: StructuralSchema): string | undefined {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const said = rules.flatMap(
    ({ rule }) => /^(?:self|self\.all\(name, name)\.matches\('(.*?)'\)\)?$/.exec(rule)?.[1] ?? [],
  );
  return said[0]?.replaceAll(/\\(.)/g, '$1');
}
