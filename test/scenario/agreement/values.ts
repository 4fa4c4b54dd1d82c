import fc from 'fast-check';
import type { StructuralSchema } from '../../../src/api/structural-schema.ts';
import { characters } from '../../../src/lib/characters.ts';
import { patternOf } from './places.ts';

/** One, two, three and four bytes in UTF-8; the last are two units in JavaScript. */
const LETTERS = ['a', 'b', '9', 'Z', 'é', '字', '😀'] as const;

/** A character that some rule, or some language, treats in a way of its own. */
export const ODD_CHARACTERS = [
  ...['\n', '\r\n', '\t', '\v', '\0', '\x1f', '\x7f', ' ', '\x85', '\xa0', '\xad', '\u2003', '\u2028', '\u200b'],
  ...['\u3000', '\ufeff', '\ufffd', '\u{10ffff}', 'İ', 'ſ', 'ß', '\u0301', '١', '字', '😀'],
  ...['_', '-', '.', '..', '/', '//', '\\', '@', '?', '#', '%', '%zz', '%41', ':', '[', '{{', '}}', '*', '"', "'", '<'],
  ...['0', '9', 'A', 'x'],
] as const;

/** Values that a schema's keywords and patterns allow; rules between fields may be broken. */
export function valueOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 2 ** 31 - 1 });
    case 'array':
      return listOf(schema);
    case 'object':
      return schema.properties === undefined ? mapOf(schema) : objectOf(schema);
    default:
      return fc.oneof(fc.constant('{"match_all":{}}'), freeJson);
  }
}

/** What is kept although no schema says what it is. */
const freeJson = fc.dictionary(fc.constantFrom('a', 'b.c', 'team', '字', ''), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 2,
});

/** Texts within a schema's bounds that match its pattern, if it has one. */
export function textOf(schema: StructuralSchema): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 64 } = schema;
  const pattern = patternOf(schema);
  if (pattern === undefined) {
    return fc.string({ unit: fc.constantFrom(...LETTERS), minLength, maxLength: Math.min(maxLength, 12) });
  }
  return fc.stringMatching(new RegExp(pattern)).filter((text) => characters(text) <= maxLength);
}

function listOf(schema: StructuralSchema): fc.Arbitrary<unknown[]> {
  const { items = {}, minItems = 0, maxItems = 3 } = schema;
  const bounds = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 3)) };
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] === 'atomic') return fc.array(valueOf(items), bounds);
  return fc.uniqueArray(valueOf(items), { ...bounds, selector: (item) => identityOf(item, keys) });
}

/** What tells an item of a set or a map apart. */
const identityOf = (item: unknown, keys: readonly string[]): string =>
  JSON.stringify(keys.length === 0 ? item : keys.map((key) => Reflect.get(item as object, key) as unknown));

function mapOf(schema: StructuralSchema): fc.Arbitrary<object> {
  const { additionalProperties, minProperties = 0 } = schema;
  if (additionalProperties === undefined) return freeJson;
  const names = patternOf(schema);
  const name =
    names === undefined ? fc.constantFrom('a', 'b', 'team', '字😀', 'a b') : fc.stringMatching(new RegExp(names));
  return fc.dictionary(name, valueOf(additionalProperties), {
    minKeys: minProperties,
    maxKeys: Math.max(minProperties, 2),
  });
}

function objectOf({ properties = {}, required = [] }: StructuralSchema): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)]));
  return fc.record(fields, { requiredKeys: [...required], noNullPrototype: true });
}
