import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONNECTION, PRESET } from '../builders/specs.ts';
import { createWorkbench } from './kinds.ts';

const bench = await createWorkbench('kubectl');

afterAll(() => bench.remove());

describe('What cannot be changed', () => {
  beforeAll(async () => {
    await bench.create('BeatApiKey', 'near', PRESET);
    await bench.create('BeatApiKey', 'far', {
      ...PRESET,
      connectionRef: { name: 'main', namespace: 'beatkeys-system' },
    });
    await bench.create('BeatApiKey', 'named', { ...PRESET, secret: { name: 'other' } });
    await bench.create('BeatApiKey', 'same-name', {
      ...PRESET,
      secret: { name: 'same-name', template: { labels: { a: 'b' } } },
    });
  });

  const connection = 'spec.connectionRef: Invalid value: cannot be changed';
  const secret = 'spec.secret.name: Invalid value: cannot be changed';

  test.each<[string, string, object, string]>([
    ['the connection', 'near', { connectionRef: { name: 'other' } }, connection],
    [
      'the namespace of the connection, by adding one',
      'near',
      { connectionRef: { namespace: 'beatkeys-system' } },
      connection,
    ],
    ['the namespace of the connection, by removing it', 'far', { connectionRef: { namespace: null } }, connection],
    ['the namespace of the connection', 'far', { connectionRef: { namespace: 'other' } }, connection],
    ['the Secret, by naming another one', 'near', { secret: { name: 'other' } }, secret],
    ['the Secret', 'named', { secret: { name: 'third' } }, secret],
    ['the Secret, by no longer naming it', 'named', { secret: { name: null } }, secret],
    ['the Secret, by dropping the whole block', 'named', { secret: null }, secret],
  ])('is %s', async (_what, name, change, message) => {
    const { stderr, code } = await bench.kubectl([
      'patch',
      'bak',
      name,
      '--type=merge',
      '-p',
      JSON.stringify({ spec: change }),
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test.each<[string, string, object]>([
    ['naming the Secret that is meant anyway', 'near', { secret: { name: 'near' } }],
    ['no longer naming it', 'same-name', { secret: { name: null } }],
    [
      'everything else',
      'near',
      { preset: { beat: 'heartbeat' }, expiration: '7d', keyName: 'a', consumers: [], suspend: true },
    ],
  ])('does not include %s', async (_what, name, change) => {
    await bench.must('patch', 'bak', name, '--type=merge', '-p', JSON.stringify({ spec: change }));
  });
});

describe('kubectl', () => {
  const time = '2026-11-22T06:00:00Z';
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KeyReady',
    message: 'the key works',
    lastTransitionTime: time,
    observedGeneration: 1,
  };

  test('shows the state of a key', async () => {
    await bench.create('BeatApiKey', 'shown', { ...PRESET, secret: { name: 'shown-secret' } });
    const status = {
      observedGeneration: 1,
      conditions: [condition],
      keyID: 'VuaCfGcB',
      secretName: 'shown-secret',
      expirationTime: '2026-12-22T06:00:00Z',
      renewalTime: '2026-12-12T06:00:00Z',
    };
    await bench.patchStatus('BeatApiKey', 'shown', status);
    const [head, row] = columns(await bench.must('get', 'bak', 'shown'));
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'SECRET', 'EXPIRES', 'RENEWS', 'AGE']);
    expect(row?.slice(0, 6)).toEqual([
      'shown',
      'True',
      'KeyReady',
      'shown-secret',
      '2026-12-22T06:00:00Z',
      '2026-12-12T06:00:00Z',
    ]);
    const [wideHead, wideRow] = columns(await bench.must('get', 'bak', 'shown', '-o', 'wide'));
    expect(wideHead).toEqual([...(head ?? []).slice(0, 6), 'CONNECTION', 'KEY ID', 'MESSAGE', 'AGE']);
    expect(wideRow?.slice(6, 9)).toEqual(['main', 'VuaCfGcB', 'the key works']);
  });

  test('shows the state of a connection', async () => {
    await bench.create('ElasticsearchConnection', 'shown', CONNECTION);
    const status = {
      observedGeneration: 1,
      conditions: [{ ...condition, reason: 'Connected' }],
      version: '9.5.3',
      keys: { live: 120, retiring: 2 },
    };
    await bench.patchStatus('ElasticsearchConnection', 'shown', status);
    const [head, row] = columns(await bench.must('get', 'esconn', 'shown'));
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'VERSION', 'URL', 'ECK', 'KEYS', 'AGE']);
    expect(row?.slice(0, 5)).toEqual(['shown', 'True', 'Connected', '9.5.3', 'https://es-0.example:9200']);
    expect(row).toContain('120');
  });

  test('lists both kinds by their category', async () => {
    await bench.create('BeatApiKey', 'listed', PRESET);
    await bench.create('ElasticsearchConnection', 'listed', CONNECTION);
    const names = await bench.must('get', 'beatkeys', '-o', 'name');
    expect(names.split('\n')).toEqual(
      expect.arrayContaining(['beatapikey.beatkeys.dev/listed', 'elasticsearchconnection.beatkeys.dev/listed']),
    );
  });

  test('selects keys by connection and by Secret on the server', async () => {
    await bench.create('BeatApiKey', 'selected', {
      ...PRESET,
      connectionRef: { name: 'rare' },
      secret: { name: 'rare-secret' },
    });
    for (const selector of ['spec.connectionRef.name=rare', 'spec.secret.name=rare-secret']) {
      const names = await bench.must('get', 'bak', '--field-selector', selector, '-o', 'name');
      expect(names.trim()).toBe('beatapikey.beatkeys.dev/selected');
    }
  });

  test.each([
    ['bak.spec.connectionRef', 'another cluster means another'],
    ['bak.spec.roleDescriptors', "in the words of Elasticsearch's create API key request"],
    ['bak.spec.roleDescriptors.index.field_security', 'Limits reading to some fields'],
    ['bak.spec.rotation.overlap', 'Left out: 1h'],
    ['bak.status.retiring', 'Replaced keys that still work'],
    ['esconn.spec.policy.roleDescriptor.indices', 'Privileges on indices'],
    ['esconn.spec.allowedNamespaces.selector.matchExpressions', 'all must hold'],
  ])('explains %s', async (field, words) => {
    const text = await bench.must('explain', '--api-version=beatkeys.dev/v1alpha1', field);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(text).not.toContain('<empty>');
  });
});

/** The cells of what kubectl prints: they begin where the words of the head do. */
function columns(table: string): readonly (readonly string[])[] {
  const lines = table.trimEnd().split('\n');
  const starts = [...(lines[0] ?? '').matchAll(/(?<=^|\s{2,})\S/g)].map(({ index }) => index);
  return lines.map((line) => starts.map((start, column) => line.slice(start, starts[column + 1]).trim()));
}
