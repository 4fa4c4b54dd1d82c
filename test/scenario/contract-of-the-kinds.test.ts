import { afterAll, describe, expect, test } from 'vitest';
import { parseBeatApiKeySpec, type Parsed } from '../../src/api/parse.ts';
import { CONNECTION, KEY, PRESET } from '../builders/specs.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { DryRun } from './agreement/dry-run.ts';
import { CRDS, openKubernetesVersions } from './agreement/kubernetes-versions.ts';
import { BAD_CONNECTION_SPECS, BAD_KEY_SPECS } from './bad-specs.ts';
import { ELASTIC_EXAMPLES } from './elastic-examples.ts';
import { createWorkbench, PARSERS, type Kind } from './kinds.ts';

const versions = await openKubernetesVersions();
afterAll(() => versions[Symbol.asyncDispose]());
const stands = await Promise.all(
  versions.each.map(async ([version, plane]) => [version, plane, await createWorkbench('kinds', plane)] as const),
);
afterAll(async () => {
  for (const [, , bench] of stands) await bench.remove();
});

describe.each(stands)('The API server of Kubernetes %s', (_version, plane, bench) => {
  test('takes the definitions by client-side apply too, which keeps a copy in an annotation', async () => {
    const { stderr, code } = await bench.kubectl(['apply', '--dry-run=server', '-f', CRDS]);
    expect(stderr.replaceAll(/^Warning: .*last-applied.*$/gm, '').trim()).toBe('');
    expect(code).toBe(0);
  });

  test.each(ELASTIC_EXAMPLES)("takes Elastic's example for %s and changes nothing in it", async (page, example) => {
    const name = page.toLowerCase().replaceAll(/[^a-z]+/g, '-');
    const yaml = `
apiVersion: beatkeys.dev/v1alpha1
kind: BeatApiKey
metadata:
  name: ${name}
  namespace: ${bench.namespace}
spec:
  connectionRef: {name: main}
  roleDescriptors: ${example}
`;
    await mustKubectl(plane, ['apply', '-f', '-'], yaml);
    const spec = await bench.readSpec('BeatApiKey', name);
    expect(spec).toEqual({ connectionRef: { name: 'main' }, roleDescriptors: JSON.parse(example) as unknown });
    expect(parseBeatApiKeySpec(spec)).toEqual({ ok: true, value: spec });
  });

  test('stores whole specs of both kinds as they were written, and adds nothing', async () => {
    await bench.create('BeatApiKey', 'whole', KEY);
    await bench.create('ElasticsearchConnection', 'whole', CONNECTION);
    expect(await bench.readSpec('BeatApiKey', 'whole')).toEqual(KEY);
    expect(await bench.readSpec('ElasticsearchConnection', 'whole')).toEqual(CONNECTION);
  });

  test.each(Object.keys(PARSERS) as Kind[])('says of a new %s that nobody has looked at it', async (kind) => {
    const fresh = bench.manifest(kind, 'fresh', kind === 'BeatApiKey' ? PRESET : CONNECTION);
    const { stdout } = await bench.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], fresh);
    expect((JSON.parse(stdout) as { status: unknown }).status).toEqual({ observedGeneration: -1 });
  });

  test('keeps what it does not know in a role descriptor, so that the operator can name it', async () => {
    const typo = {
      connectionRef: { name: 'main' },
      roleDescriptors: {
        writer: {
          clster: ['monitor'],
          index: [{ names: ['a'], privileges: ['read'], field_securty: { grant: ['b'] }, qeury: '{}' }],
          restriction: { workflows: ['c'], flows: {} },
        },
      },
    };
    await bench.create('BeatApiKey', 'typo', typo);
    const spec = await bench.readSpec('BeatApiKey', 'typo');
    expect(spec).toEqual(typo);
    const parsed = parseBeatApiKeySpec(spec);
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path).toSorted()).toEqual([
      'spec.roleDescriptors.writer.clster',
      'spec.roleDescriptors.writer.index[0].field_securty',
      'spec.roleDescriptors.writer.index[0].qeury',
      'spec.roleDescriptors.writer.restriction.flows',
    ]);
  });

  test('refuses an unknown field elsewhere when kubectl asks it to be strict', async () => {
    const { stderr, code } = await bench.kubectl(
      ['create', '-f', '-'],
      bench.manifest('BeatApiKey', 'strict', { ...PRESET, expires: '1d' }),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('unknown field "spec.expires"');
  });

  test('can check the largest spec within its budget', async () => {
    const many = <T>(count: number, entry: (index: number) => T) =>
      Array.from({ length: count }, (_, index) => entry(index));
    const entries = (count: number, length: number, value: string) =>
      Object.fromEntries(many(count, (index) => [`k${String(index).padStart(length - 1, '0')}`, value]));
    const duplicate = { names: ['a'], privileges: ['read'], field_security: { grant: ['b'], except: ['b'] } };
    const largest = {
      connectionRef: { name: `a${'.a'.repeat(126)}`, namespace: 'a'.repeat(63) },
      roleDescriptors: Object.fromEntries(
        many(32, (index) => [`r${String(index).padStart(255, '0')}`, { indices: many(12, () => duplicate) }]),
      ),
      metadata: entries(32, 256, 'v'.repeat(1_024)),
      keyName: 'n'.repeat(256),
      expiration: '999999d',
      rotation: {
        renewBefore: '999998d',
        overlap: '999999s',
        request: 'r'.repeat(256),
        revokeRequest: 'r'.repeat(256),
      },
      secret: {
        name: `a${'.a'.repeat(126)}`,
        template: {
          labels: entries(32, 63, 'v'.repeat(63)),
          annotations: entries(32, 63, 'v'.repeat(4_096)),
          data: entries(16, 253, 'v'.repeat(16_384)),
        },
      },
      consumers: many(16, (index) => ({ kind: 'DaemonSet', name: `${'a'.repeat(250)}${index}`, restart: true })),
    };
    expect(parseBeatApiKeySpec(largest)).toMatchObject({ ok: true });
    await bench.create('BeatApiKey', 'largest', largest);
    await bench.must('patch', 'bak', 'largest', '--type=merge', '-p', '{"spec":{"suspend":true}}');
  });

  describe.each<[Kind, readonly (readonly [string, unknown])[]]>([
    ['BeatApiKey', BAD_KEY_SPECS],
    ['ElasticsearchConnection', BAD_CONNECTION_SPECS],
  ])('has rules of %s that', (kind, cases) => {
    const dryRun = new DryRun(plane, bench.namespace);
    afterAll(() => dryRun[Symbol.asyncDispose]());

    test.each(cases)('refuse %s, in the same words as the operator', async (_name, spec) => {
      const answer = await dryRun.create(kind, JSON.stringify(spec));
      const parsed: Parsed<unknown> = PARSERS[kind](spec);
      expect(parsed.ok).toBe(false);
      // The API server writes names of maps in brackets, we write those of identifiers with a dot.
      const said = answer.taken ? 'taken' : answer.why.replaceAll(/\[([A-Za-z]\w*)\]/g, '.$1');
      for (const problem of parsed.ok ? [] : parsed.problems) {
        expect(said).toContain(`${problem.path}: `);
        expect(said).toContain(problem.message.replace(/, but is .*$/, ''));
      }
    });
  });
});
