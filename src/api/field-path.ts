import * as z from 'zod';

/** The way from a spec to one of its fields. */
export type Path = readonly PropertyKey[];

/** Longest name that a path spells out. */
const SHOWN = 64;

/** `spec.urls[0]`, `spec.roleDescriptors["my role"].index[0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => `${text}${stepText(step)}`, 'spec');
}

function stepText(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  const short = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name;
  return /^[A-Za-z_][\w-]*\u2026?$/.test(short) ? `.${short}` : `[${JSON.stringify(short)}]`;
}

/** What stands there; `undefined` where nothing does. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step) ? Reflect.get(inner, step) : undefined,
    value,
  );
}

/** The names of the fields that an object may have there. */
export function knownNames(schema: z.ZodType, path: Path): readonly string[] {
  const found = path.reduce<unknown>((inner, step) => schemaBelow(withoutOptional(inner), step), schema);
  const object = withoutOptional(found);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** What is optional, itself. */
export function withoutOptional(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function schemaBelow(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Reflect.get(schema.shape, step);
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}
