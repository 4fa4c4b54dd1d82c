import { describe, expect, test } from 'vitest';
import { KEY, PRESET } from '../../test/builders/specs.ts';
import { describeProblems, parseBeatApiKeySpec, type Problem } from './parse.ts';

const problemsOfKey = (spec: unknown): readonly Problem[] => {
  const parsed = parseBeatApiKeySpec(spec);
  return parsed.ok ? [] : parsed.problems;
};
const keySentence = (spec: unknown) => describeProblems(problemsOfKey(spec));
const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });
const withData = (template: string) => ({ ...PRESET, secret: { template: { data: { file: template } } } });

describe('parseBeatApiKeySpec', () => {
  test('gives back what it was given', () => {
    expect(parseBeatApiKeySpec(KEY)).toEqual({ ok: true, value: KEY });
    expect(parseBeatApiKeySpec(PRESET)).toEqual({ ok: true, value: PRESET });
  });

  test.each<[string, unknown, string]>([
    [
      'no preset and no descriptors',
      { connectionRef: { name: 'main' } },
      'spec must have exactly one of preset and roleDescriptors, but is given neither',
    ],
    [
      'both of them',
      { ...KEY, preset: { beat: 'packetbeat' } },
      'spec must have exactly one of preset and roleDescriptors, but is given both',
    ],
    ['no connection', { preset: PRESET.preset }, 'spec.connectionRef is required'],
    ['nothing', null, 'spec must be an object, not null'],
    [
      'an unknown Beat',
      { ...PRESET, preset: { beat: 'packetbeet' } },
      'spec.preset.beat must be one of packetbeat, heartbeat, filebeat, metricbeat, auditbeat, apm-server, but is "packetbeet" (did you mean packetbeat?)',
    ],
    [
      'the name of the mark',
      { ...PRESET, metadata: { beatkeys: 'mine' } },
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved, but is given "beatkeys"',
    ],
    [
      'a reserved name of metadata',
      { ...PRESET, metadata: { _a: 'b' } },
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved, but is given "_a"',
    ],
    [
      'a key name with white space around',
      { ...PRESET, keyName: 'a ' },
      'spec.keyName must not begin or end with white space, but is "a "',
    ],
    [
      'a key name with a control character at its end',
      { ...PRESET, keyName: 'a\x85' },
      'spec.keyName must not begin or end with white space, but is "a\x85"',
    ],
    [
      'a key name of too many characters, each of two units in JavaScript',
      { ...PRESET, keyName: '😀'.repeat(257) },
      'spec.keyName must have at most 256 characters, but has 257',
    ],
    [
      'a name that JavaScript keeps for itself',
      { ...PRESET, secret: { template: { data: JSON.parse('{"__proto__":"a"}') as unknown } } },
      'spec.secret.template.data.__proto__ is no name for a field',
    ],
    [
      'a prefix that no domain has',
      { ...PRESET, secret: { template: { annotations: { [`${'a'.repeat(254)}/b`]: 'c' } } } },
      `spec.secret.template.annotations must not have names with more than 253 characters before the slash, but is given "${'a'.repeat(64)}…"`,
    ],
    [
      'a key name that Elasticsearch reserves',
      { ...PRESET, keyName: '_a' },
      'spec.keyName must not begin with _, but is "_a"',
    ],
    [
      'a key name above the limit',
      { ...PRESET, keyName: 'n'.repeat(300) },
      'spec.keyName must have at most 256 characters, but has 300',
    ],
    [
      'a duration that is too long to be one',
      { ...PRESET, expiration: '99999999d' },
      'spec.expiration must have at most 7 characters, but has 9',
    ],
    [
      'many names that metadata cannot have',
      { ...PRESET, metadata: { _a: '', _b: '', c: '', _d: '', [`_${'e'.repeat(80)}`]: '' } },
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved, but is given "_a", "_b", "_d", 1 more',
    ],
    [
      'a value that no label can have',
      { ...PRESET, secret: { template: { labels: { a: 'b c', d: 'e' } } } },
      'spec.secret.template.labels must have values of letters, digits, "-", "_" and ".", but is given another one for "a"',
    ],
    ['an empty key name', { ...PRESET, keyName: '' }, 'spec.keyName must not be empty'],
    [
      'a duration in words',
      { ...PRESET, expiration: '30 days' },
      'spec.expiration must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h, but is "30 days"',
    ],
    [
      'no lifetime',
      { ...PRESET, expiration: '0d' },
      'spec.expiration must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h, but is "0d"',
    ],
    ['a duration that is a number', { ...PRESET, expiration: 30 }, 'spec.expiration must be text, not a number'],
    [
      'a renewal before the beginning',
      { ...PRESET, expiration: '10d', rotation: { renewBefore: '240h' } },
      'spec.rotation.renewBefore must be shorter than expiration, but is "240h"',
    ],
    [
      'a renewal of what does not expire',
      { ...PRESET, rotation: { renewBefore: '1h' } },
      'spec.rotation.renewBefore needs expiration: a key that does not expire is not renewed',
    ],
    [
      'a label of Argo CD',
      { ...PRESET, secret: { template: { labels: { 'app.kubernetes.io/instance': 'a' } } } },
      'spec.secret.template.labels must not have reserved names, which start with beatkeys.dev/, app.kubernetes.io/managed-by, app.kubernetes.io/instance, kubernetes.io/, k8s.io/, kubectl.kubernetes.io/, argocd.argoproj.io/, kustomize.toolkit.fluxcd.io/, helm.toolkit.fluxcd.io/, meta.helm.sh/, but is given "app.kubernetes.io/instance"',
    ],
    [
      'a name that is no label',
      { ...PRESET, secret: { template: { annotations: { 'a b': 'c' } } } },
      'spec.secret.template.annotations must have names like example.com/name or name: letters, digits, "-", "_" and ".", but is given "a b"',
    ],
    [
      'a standard data key',
      { ...PRESET, secret: { template: { data: { api_key: 'a' } } } },
      'spec.secret.template.data must not have the names api_key, encoded, id, key, which are always written, but is given "api_key"',
    ],
    [
      'an unknown variable',
      withData('{{ beatz }}'),
      'spec.secret.template.data.file must not use an unknown variable: {{ beatz }} (did you mean {{ beats }}?)',
    ],
    [
      'a variable that may be a secret',
      withData('{{ "hunter2" }}'),
      'spec.secret.template.data.file must not use an unknown variable: known are id, key, beats, encoded, url, ca, name, namespace',
    ],
    ['open braces', withData('{{ beats'), 'spec.secret.template.data.file must close the {{ that it opens'],
    [
      'the same workload twice',
      {
        ...PRESET,
        consumers: [
          { kind: 'DaemonSet', name: 'a' },
          { kind: 'DaemonSet', name: 'a' },
        ],
      },
      'spec.consumers must not have two entries with the same kind and name',
    ],
    [
      'a policy in small letters',
      { ...PRESET, deletionPolicy: 'retain' },
      'spec.deletionPolicy must be one of Invalidate, Retain, but is "retain" (did you mean Retain?)',
    ],
  ])('says what is wrong with %s', (_name, spec, sentence) => {
    expect(keySentence(spec)).toBe(sentence);
  });

  test('drops unknown fields outside role descriptors, as the API server does', () => {
    expect(parseBeatApiKeySpec({ ...PRESET, unknown: 1 })).toEqual({ ok: true, value: PRESET });
  });

  test('counts characters as the API server does', () => {
    const spec = { ...PRESET, keyName: '😀'.repeat(256), metadata: { ['😀'.repeat(256)]: '😀'.repeat(1_024) } };
    expect(parseBeatApiKeySpec(spec)).toEqual({ ok: true, value: spec });
  });

  test('takes white space that is not at an end, and a byte order mark, which is none', () => {
    const spec = { ...PRESET, keyName: '\ufeffa b' };
    expect(parseBeatApiKeySpec(spec)).toEqual({ ok: true, value: spec });
  });

  test('tells every unknown field, at most twenty problems, and names the first three in the sentence', () => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, 1]));
    const problems = problemsOfKey(withRole({ cluster: ['monitor'], ...unknown }));
    expect(problems).toHaveLength(20);
    expect(describeProblems(problems)).toMatch(/and 17 more$/);
  });

  test('cuts long values and names', () => {
    const problems = problemsOfKey({
      ...withRole({ cluster: ['monitor'], ['x'.repeat(9_000)]: 1 }),
      expiration: 'y'.repeat(9_000),
    });
    expect(describeProblems(problems).length).toBeLessThan(800);
  });

  test('never shows a value of the Secret or of the metadata', () => {
    const spec = {
      ...PRESET,
      metadata: { a: 'hunter2'.repeat(1_000) },
      secret: {
        template: {
          labels: { a: 'hunter2 ' },
          annotations: { 'no name': 'hunter2' },
          data: { a: `hunter2 {{ hunter2! }} {{` },
        },
      },
    };
    expect(keySentence(spec)).not.toContain('hunter2');
    expect(problemsOfKey(spec).length).toBeGreaterThan(3);
  });
});
