import * as z from 'zod';
import { pathText, withoutOptional, type Path } from './field-path.ts';
import { unknownField, type Problem } from './problem.ts';

/** Every field in `value` that its schema passes over; those of schemas that refuse unknown fields are not told again. */
export function unknownFields(schema: unknown, value: unknown, path: Path = []): readonly Problem[] {
  const inner = withoutOptional(schema);
  if (inner instanceof z.ZodArray) {
    const { element } = inner;
    return Array.isArray(value) ? value.flatMap((member, at) => unknownFields(element, member, [...path, at])) : [];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const entries = Object.entries(value);
  if (inner instanceof z.ZodRecord) {
    const { valueType } = inner;
    return entries.flatMap(([name, member]) => unknownFields(valueType, member, [...path, name]));
  }
  if (!(inner instanceof z.ZodObject) || inner.def.catchall !== undefined) return [];
  const { shape } = inner;
  return entries.flatMap(([name, member]) => {
    const at = [...path, name];
    return Object.hasOwn(shape, name)
      ? unknownFields(shape[name], member, at)
      : [{ path: pathText(at), message: unknownField(name, Object.keys(shape)) }];
  });
}
