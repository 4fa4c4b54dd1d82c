import type { StructuralSchema } from '../../../src/api/structural-schema.ts';
import { isObject } from './places.ts';

/**
 * The value as the API server looks at it: fields that it knows and that are null are not there. Source:
 * `PruneNonNullableNullsWithoutDefaults` in k8s.io/apiextensions-apiserver, pkg/apiserver/schema/defaulting.
 */
export function withoutNulls(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item, schema.items));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const known = fieldSchema(schema, name);
    return known !== undefined && field === null ? [] : [[name, withoutNulls(field, known)] as const];
  });
  return Object.fromEntries(fields);
}

function fieldSchema(
  { properties, additionalProperties }: StructuralSchema,
  name: string,
): StructuralSchema | undefined {
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}
