/** What JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** An object in JSON. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Is this an object that JSON can carry, nested at most `depth` deep? False for cycles, since they have no depth. */
export function isJsonObject(value: unknown, depth: number): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return depth > 0 && Object.values(value).every((member) => isJsonValue(member, depth - 1));
}

function isJsonValue(value: unknown, depth: number): value is JsonValue {
  if (Array.isArray(value)) return depth > 0 && value.every((member) => isJsonValue(member, depth - 1));
  if (typeof value === 'object' && value !== null) return isJsonObject(value, depth);
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** The fields of what may or may not be an object; a list has none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? (value as Readonly<Record<string, unknown>>) : {};

/** True for an object with fields, which a list is not. */
export const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
