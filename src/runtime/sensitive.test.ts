import { format, inspect } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Sensitive } from './sensitive.ts';

const planted = 'planted-secret-value';

describe('a sensitive value', () => {
  test('is given by reveal', () => {
    expect(new Sensitive(planted).reveal()).toBe(planted);
  });

  test.each<[string, (value: Sensitive) => string]>([
    ['a template', (value) => `${value as unknown as string}`],
    ['String()', String],
    ['JSON', (value) => JSON.stringify({ deep: [value] })],
    ['inspect', (value) => inspect({ deep: [value] }, { depth: null, showHidden: true })],
    ['inspect without custom functions', (value) => inspect(value, { customInspect: false, showHidden: true })],
    ['format', (value) => format('%s %o %O %j', value, value, value, value)],
    ['its own properties', (value) => JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(value)))],
    ['a copy', (value) => JSON.stringify(Object.assign({}, value))],
    ['a structured clone', (value) => JSON.stringify(structuredClone(value))],
    ['an error', (value) => new Error(`refused ${value as unknown as string}`).message],
  ])('does not show in %s', (_, print) => {
    expect(print(new Sensitive(planted))).not.toContain(planted);
  });

  test('stays hidden when it is made into another', () => {
    const encoded = new Sensitive(planted).map((value) => Buffer.from(value).toString('base64'));
    expect(JSON.stringify(encoded)).toBe('"[sensitive]"');
    expect(encoded.reveal()).toBe('cGxhbnRlZC1zZWNyZXQtdmFsdWU=');
  });

  test.prop([fc.anything()])('prints the same whatever it holds', (value) => {
    expect(inspect(new Sensitive(value))).toBe('[sensitive]');
    expect(JSON.stringify(new Sensitive(value))).toBe('"[sensitive]"');
  });
});
