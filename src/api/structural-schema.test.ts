import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { structuralSchema } from './structural-schema.ts';

describe('structuralSchema', () => {
  test.each<[string, z.ZodType, unknown]>([
    ['text', z.string().min(1).max(9), { type: 'string', minLength: 1, maxLength: 9 }],
    ['a small number', z.int32().min(1), { type: 'integer', format: 'int32', minimum: 1 }],
    ['a large number', z.int().meta({ format: 'int64' }), { type: 'integer', format: 'int64' }],
    ['a choice', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    [
      'an object, with what must be there and what need not',
      z.object({ a: z.boolean(), b: z.boolean().optional() }),
      { type: 'object', required: ['a'], properties: { a: { type: 'boolean' }, b: { type: 'boolean' } } },
    ],
    ['a map', z.record(z.string(), z.boolean()), { type: 'object', additionalProperties: { type: 'boolean' } }],
    [
      'free JSON',
      z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true }),
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ],
  ])('says %s', (_name, schema, structural) => {
    expect(structuralSchema(schema)).toEqual(structural);
  });

  test.each<[string, z.ZodType]>([
    ['a union', z.union([z.string(), z.boolean()])],
    ['a discriminated union', z.discriminatedUnion('a', [z.object({ a: z.literal('b') })])],
    ['a pattern, whose message would help nobody', z.string().regex(/a/)],
    ['an object without unknown fields', z.object({ a: z.strictObject({ b: z.string() }) })],
  ])('refuses %s', (_name, schema) => {
    expect(() => structuralSchema(schema)).toThrow(Error);
  });
});
