import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { parseBeatApiKeySpec, type Parsed } from '../../src/api/parse.ts';
import { PRESET } from '../builders/specs.ts';
import { DIFFERENCES } from './agreement/differences.ts';
import { DryRun, type Stored } from './agreement/dry-run.ts';
import { openKubernetesVersions } from './agreement/kubernetes-versions.ts';
import { SPECS } from './agreement/specs.ts';
import { tally, wanted } from './agreement/tally.ts';
import { compare, readByOperator, type Reader, type Verdict } from './agreement/verdict.ts';
import { reportFigures } from './figures.ts';
import { createWorkbench, PARSERS, type Kind, type Manifest } from './kinds.ts';
import { templates, type SecretTemplate } from './nearly-right-specs.ts';

/**
 * The API server with our definitions and the operator take and refuse the same specs, but for the differences that are
 * listed. `AGREEMENT_FACTOR=10` shows ten times as many specs.
 */

const versions = await openKubernetesVersions();
afterAll(() => versions[Symbol.asyncDispose]());

const KINDS = Object.keys(PARSERS) as Kind[];
/** Specs of a kind that are shown as new, and as another form of stored ones. */
const SHOWN = { new: wanted(1_200), edited: wanted(400) };
/** Stored objects that updates begin with. */
const STORED = 12;

/** As long as a machine with many other things to do may take, milliseconds. */
const PATIENCE = 60_000 + 20 * (SHOWN.new + SHOWN.edited);

const json = (spec: unknown): string | undefined => JSON.stringify(spec);

describe.each(versions.each)('Kubernetes %s and the operator agree', (version, plane) => {
  const bench = createWorkbench('agreement', plane);
  const server = bench.then(({ namespace }) => new DryRun(plane, namespace));
  afterAll(async () => {
    await (await server)[Symbol.asyncDispose]();
    await (await bench).remove();
  });

  const examineNew = async (kind: Kind, spec: unknown, read?: Reader): Promise<Verdict> => {
    const text = json(spec);
    return compare(kind, text, await (await server).create(kind, text), read);
  };

  test.each(KINDS)('on which %s is valid', { timeout: PATIENCE }, async (kind) => {
    const outcomes = await tally(SPECS[kind].any, SHOWN.new, (spec) => examineNew(kind, spec));
    report(`${version}: new ${kind}`, outcomes);
    expectMuchOfBoth(outcomes);
  });

  test.each(KINDS)('on which update of a %s is valid', { timeout: PATIENCE }, async (kind) => {
    const dryRun = await server;
    const stored: Stored[] = [];
    for (const spec of fc.sample(SPECS[kind].right, { seed: 1, numRuns: 4 * STORED })) {
      const text = json(spec) ?? '';
      const { taken } = await dryRun.create(kind, text);
      if (taken && stored.length < STORED) stored.push(await dryRun.store(kind, `stored-${stored.length}`, text));
    }
    expect(stored).toHaveLength(STORED);
    const updates = fc
      .tuple(fc.constantFrom(...stored), SPECS[kind].edits)
      .map(([before, edit]) => ({ before, after: edit(before.spec) }));
    const outcomes = await tally(updates, SHOWN.edited, async ({ before, after }) => {
      const text = json(after);
      const answer = await dryRun.update(kind, before, text);
      return compare(kind, text, answer, kind === 'BeatApiKey' ? readAsUpdateOf(before) : readByOperator);
    });
    report(`${version}: edited ${kind}`, outcomes);
    expectMuchOfBoth(outcomes);
  });

  test.each(DIFFERENCES)('but for $name', async ({ name, examples }) => {
    for (const [kind, spec] of examples) {
      expect(await examineNew(kind, spec)).toEqual({ outcome: `taken by the API server only: ${name}` });
    }
  });

  test.each<[Kind, unknown]>([
    ['BeatApiKey', { ...PRESET, suspend: null, expiration: null, secret: { template: { labels: { a: null } } } }],
    ['ElasticsearchConnection', { eckRef: { name: 'a' }, urls: null, auth: { basic: { secretRef: { name: 'b' } } } }],
  ])('but for fields of a %s that are null: the operator never sees them', async (kind, spec) => {
    const answer = await (await server).create(kind, json(spec));
    expect(PARSERS[kind](spec).ok).toBe(false);
    expect(answer.taken && PARSERS[kind](answer.spec)).toEqual({ ok: true, value: answer.taken && answer.spec });
  });

  test('and a rule that only one of them had would be found, with the smallest spec that shows it', async () => {
    const withoutARule: Reader = (kind, spec) => {
      const { expiration: _expiration, ...rest } = (spec ?? {}) as Readonly<Record<string, unknown>>;
      return readByOperator(kind, rest);
    };
    const found = tally(SPECS.BeatApiKey.any, 150, (spec) => examineNew('BeatApiKey', spec, withoutARule));
    await expect(found).rejects.toThrow(/Counterexample: \[\{"connectionRef".*"expiration":/);
  });
});

type KeySpec = { readonly connectionRef?: unknown; readonly secret?: { readonly name?: string } };

/**
 * What only an update can break: the operator has no former object to compare with. So the test says it, in words of
 * its own.
 */
function readAsUpdateOf({ name, spec: former }: Stored): Reader {
  const fixed = (spec: unknown) => {
    const { connectionRef, secret } = spec as KeySpec;
    return { connectionRef, secret: secret?.name ?? name };
  };
  return (kind, spec): Parsed<unknown> => {
    const parsed = readByOperator(kind, spec);
    const isMoved = parsed.ok && !isDeepStrictEqual(fixed(parsed.value), fixed(former));
    return isMoved ? { ok: false, problems: [{ path: 'spec', message: 'must stay where it is' }] } : parsed;
  };
}

function report(what: string, outcomes: ReadonlyMap<string, number>): void {
  const shown = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${what}: ${shown} shown\n${[...outcomes].map(([name, count]) => `  ${count} ${name}`).join('\n')}`);
  reportFigures({ 'agreement.shown': shown });
}

/** A test in which hardly anything is taken, or refused, would say little. */
function expectMuchOfBoth(outcomes: ReadonlyMap<string, number>): void {
  const shown = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  for (const outcome of ['taken by both', 'refused by both']) {
    expect((outcomes.get(outcome) ?? 0) / shown).toBeGreaterThan(0.2);
  }
}

const bench = await createWorkbench('agreement');
afterAll(() => bench.remove());

function secret(name: string, { labels, annotations, data }: SecretTemplate): Manifest & { stringData: unknown } {
  const metadata = { name, namespace: bench.namespace, labels, annotations };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: data };
}

test('The API server and the operator agree on which labels, annotations and data a Secret can have', async () => {
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
