import { describe, expect, test } from 'vitest';
import { CUSTOM_RESOURCE_DEFINITIONS } from './crd.ts';
import type { StructuralSchema } from './structural-schema.ts';

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
  /** A field of an object, not what a list or a map holds. */
  readonly field: boolean;
}

function places(schema: StructuralSchema, path: string, field = true): readonly Place[] {
  return [
    { path, schema, field },
    ...(schema.items === undefined ? [] : places(schema.items, `${path}[]`, false)),
    ...(schema.additionalProperties === undefined ? [] : places(schema.additionalProperties, `${path}.*`, false)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => places(inner, `${path}.${name}`)),
  ];
}

describe.each(CUSTOM_RESOURCE_DEFINITIONS.map((definition) => [definition.spec.names.kind, definition] as const))(
  '%s',
  (_kind, { spec }) => {
    const root = spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
    const inSpec = places(root['spec'] ?? {}, 'spec');
    const all = [...inSpec, ...places(root['status'] ?? {}, 'status')];
    const paths = (wanted: (place: Place) => boolean) => all.filter(wanted).map(({ path }) => path);

    test('describes every field', () => {
      expect(paths(({ schema, field }) => field && !schema.description?.endsWith('.'))).toEqual([]);
    });

    test('bounds every text', () => {
      expect(paths(({ schema }) => schema.type === 'string' && !schema.enum && schema.maxLength === undefined)).toEqual(
        [],
      );
    });

    test('bounds every list and says how it merges', () => {
      expect(
        paths(({ schema }) => schema.type === 'array' && !(schema.maxItems && schema['x-kubernetes-list-type'])),
      ).toEqual([]);
    });

    test('bounds every map', () => {
      expect(paths(({ schema }) => schema.additionalProperties !== undefined && !schema.maxProperties)).toEqual([]);
    });

    test('has no default in spec, and a status that says that nobody has looked', () => {
      expect(inSpec.filter(({ schema }) => schema.default !== undefined)).toEqual([]);
      expect(root['status']?.default).toEqual({ observedGeneration: -1 });
    });

    test('keeps unknown fields in role descriptors and nowhere else', () => {
      const kept = paths(({ schema }) => schema['x-kubernetes-preserve-unknown-fields'] === true);
      const role = /^spec\.(roleDescriptors\.\*|policy\.roleDescriptor)/;
      expect(kept.every((path) => role.test(path))).toBe(true);
      const objects = paths(({ path, schema }) => role.test(path) && schema.properties !== undefined);
      expect(kept).toEqual(expect.arrayContaining(objects));
    });

    test('says what must be in every rule', () => {
      const rules = all.flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? []);
      expect(rules.filter(({ message }) => !/^(must|cannot|needs) .*[^\n]$/.test(message))).toEqual([]);
    });
  },
);

test('The kinds are listed together, and each by a short name', () => {
  expect(CUSTOM_RESOURCE_DEFINITIONS.map(({ spec }) => [spec.names.shortNames, spec.names.categories])).toEqual([
    [['bak'], ['beatkeys']],
    [['esconn'], ['beatkeys']],
  ]);
});
