import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseBeatApiKeySpec } from '../../src/api/parse.ts';
import { PRESET } from '../builders/specs.ts';
import { createWorkbench, PARSERS, type Kind, type Manifest } from './kinds.ts';
import { connectionSpecs, keySpecs, templates, type SecretTemplate } from './nearly-right-specs.ts';

const bench = await createWorkbench('agreement');

afterAll(() => bench.remove());

function secret(name: string, { labels, annotations, data }: SecretTemplate): Manifest & { stringData: unknown } {
  const metadata = { name, namespace: bench.namespace, labels, annotations };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: data };
}

describe('The API server and the operator agree', () => {
  test.each<[Kind, fc.Arbitrary<unknown>]>([
    ['BeatApiKey', keySpecs],
    ['ElasticsearchConnection', connectionSpecs],
  ])('on which %s is valid', async (kind, specs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(specs, { minLength: 40, maxLength: 40 }), async (given) => {
        const stored = await bench.accepted(given.map((spec, index) => bench.manifest(kind, `case-${index}`, spec)));
        const ours = given.map((spec) => PARSERS[kind](spec).ok);
        expect(given.filter((_, index) => stored[index] !== ours[index])).toEqual([]);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  test('on which labels, annotations and data a Secret can have', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(templates, { minLength: 40, maxLength: 40 }), async (given) => {
        const taken = given.filter((template) => parseBeatApiKeySpec({ ...PRESET, secret: { template } }).ok);
        const secrets = taken.map((template, index) => secret(`case-${index}`, template));
        const stored = await bench.accepted(secrets);
        expect(taken.filter((_, index) => !stored[index])).toEqual([]);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
