import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { describeProblems, parseBeatApiKeySpec, parseElasticsearchConnectionSpec, type Problem } from './parse.ts';

const SPEC = {
  connectionRef: { name: 'main', namespace: 'beatkeys-system' },
  roleDescriptors: {
    packetbeat_writer: {
      cluster: ['monitor', 'read_ilm', 'read_pipeline'],
      index: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
    },
  },
  metadata: { team: 'network' },
  keyName: 'logging/packetbeat',
  expiration: '30d',
  rotation: { renewBefore: '10d', overlap: '0s', request: '2026-11-22', revokeRequest: 'leak-4711' },
  secret: {
    name: 'packetbeat',
    template: {
      labels: { 'example.com/team': 'network' },
      annotations: {},
      data: { 'packetbeat-key.yml': 'output.elasticsearch.api_key: "{{ beats }}"\n' },
    },
  },
  consumers: [{ kind: 'DaemonSet', name: 'packetbeat', restart: true }],
  deletionPolicy: 'Invalidate',
  suspend: false,
};
const PRESET = { connectionRef: { name: 'main' }, preset: { beat: 'packetbeat', uses: ['publishing'] } };
const CONNECTION = {
  urls: ['https://es-0.example:9200', 'http://[::1]:9200/elasticsearch/'],
  clusterUUID: 'pzoM0gEQSiOli-IqUTg_pg',
  tls: { caRef: { kind: 'Secret', name: 'es-ca', key: 'ca.crt' }, serverName: 'es.example' },
  auth: {
    basic: { username: 'elastic', secretRef: { name: 'elasticsearch-es-elastic-user', passwordKey: 'elastic' } },
  },
  allowedNamespaces: { from: 'Selector', selector: { matchLabels: { 'beatkeys.dev/main': 'allowed' } } },
  policy: {
    roleDescriptor: { indices: [{ names: ['packetbeat-*', 'logs-*-{namespace}'], privileges: ['create_doc'] }] },
    maxExpiration: '90d',
  },
  limits: { concurrentRequests: 32, createdKeysPerMinute: 3000 },
};

const problemsOfKey = (spec: unknown): readonly Problem[] => {
  const parsed = parseBeatApiKeySpec(spec);
  return parsed.ok ? [] : parsed.problems;
};
const keySentence = (spec: unknown) => describeProblems(problemsOfKey(spec));
const connectionSentence = (spec: unknown) => {
  const parsed = parseElasticsearchConnectionSpec(spec);
  return parsed.ok ? '' : describeProblems(parsed.problems);
};
const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });
const withEntry = (entry: object) => withRole({ indices: [{ names: ['a'], privileges: ['read'], ...entry }] });
const withData = (template: string) => ({ ...PRESET, secret: { template: { data: { file: template } } } });

describe('parseBeatApiKeySpec', () => {
  test('gives back what it was given', () => {
    expect(parseBeatApiKeySpec(SPEC)).toEqual({ ok: true, value: SPEC });
    expect(parseBeatApiKeySpec(PRESET)).toEqual({ ok: true, value: PRESET });
  });

  test.each<[string, unknown, string]>([
    [
      'no preset and no descriptors',
      { connectionRef: { name: 'main' } },
      'spec must have exactly one of preset and roleDescriptors.',
    ],
    [
      'both of them',
      { ...SPEC, preset: { beat: 'packetbeat' } },
      'spec must have exactly one of preset and roleDescriptors.',
    ],
    ['no connection', { preset: PRESET.preset }, 'spec.connectionRef is required.'],
    ['nothing', null, 'spec must be an object, not null.'],
    [
      'an unknown Beat',
      { ...PRESET, preset: { beat: 'packetbeet' } },
      'spec.preset.beat must be one of packetbeat, heartbeat, filebeat, metricbeat, auditbeat, apm-server, but is "packetbeet" (did you mean packetbeat?).',
    ],
    [
      'no descriptor',
      { ...SPEC, roleDescriptors: {} },
      'spec.roleDescriptors must have a descriptor: none at all would grant everything.',
    ],
    ['an empty descriptor', withRole({}), 'spec.roleDescriptors.writer must grant something.'],
    [
      'a descriptor of empty lists',
      withRole({ cluster: [], index: [] }),
      'spec.roleDescriptors.writer must grant something.',
    ],
    [
      'index and indices',
      withRole({ index: [], indices: [], cluster: ['monitor'] }),
      'spec.roleDescriptors.writer must have index or indices, not both: they are one field.',
    ],
    [
      'a misspelt field_security',
      withEntry({ field_securty: { grant: ['a'] } }),
      'spec.roleDescriptors.writer.indices[0].field_securty is not a known field (did you mean field_security?).',
    ],
    [
      'an unknown field without a like',
      withRole({ cluster: ['monitor'], restriction: { workflows: ['a'], x: 1 } }),
      'spec.roleDescriptors.writer.restriction.x is not a known field (known are workflows).',
    ],
    [
      'the description of a role, which Elasticsearch does not take in a key',
      withRole({ cluster: ['monitor'], description: 'writes' }),
      'spec.roleDescriptors.writer.description is not a known field (known are cluster, index, indices, applications, run_as, global, metadata, transient_metadata, restriction, remote_indices, remote_cluster).',
    ],
    [
      'an unknown field in a descriptor with a name of its own kind',
      { connectionRef: { name: 'main' }, roleDescriptors: { 'my role': { cluster: ['monitor'], clster: [] } } },
      'spec.roleDescriptors["my role"].clster is not a known field (did you mean cluster?).',
    ],
    [
      'except without grant',
      withEntry({ field_security: { except: ['a'] } }),
      'spec.roleDescriptors.writer.indices[0].field_security must have grant if it has except.',
    ],
    [
      'a query that is a list',
      withEntry({ query: [] }),
      'spec.roleDescriptors.writer.indices[0].query must be text or an object.',
    ],
    [
      'names that are text',
      withEntry({ names: 'a' }),
      'spec.roleDescriptors.writer.indices[0].names must be a list, not text.',
    ],
    ['no names', withEntry({ names: [] }), 'spec.roleDescriptors.writer.indices[0].names must not be empty.'],
    [
      'a privilege twice',
      withEntry({ privileges: ['read', 'read'] }),
      'spec.roleDescriptors.writer.indices[0].privileges must not name anything twice.',
    ],
    [
      'reserved metadata of a role',
      withRole({ cluster: ['monitor'], metadata: { _reserved: true } }),
      'spec.roleDescriptors.writer.metadata must not have names that start with _.',
    ],
    [
      'a restriction beside another descriptor',
      {
        connectionRef: { name: 'main' },
        roleDescriptors: {
          a: { cluster: ['monitor'] },
          b: { cluster: ['monitor'], restriction: { workflows: ['c'] } },
        },
      },
      'spec.roleDescriptors must have one descriptor only if it has a restriction.',
    ],
    [
      'the name of the mark',
      { ...PRESET, metadata: { beatkeys: 'mine' } },
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved.',
    ],
    [
      'a reserved name of metadata',
      { ...PRESET, metadata: { _a: 'b' } },
      'spec.metadata must not have the name beatkeys nor names that start with _, which are reserved.',
    ],
    [
      'a key name with white space around',
      { ...PRESET, keyName: 'a ' },
      'spec.keyName must not begin or end with white space, but is "a ".',
    ],
    [
      'a key name that Elasticsearch reserves',
      { ...PRESET, keyName: '_a' },
      'spec.keyName must not begin with _, but is "_a".',
    ],
    ['an empty key name', { ...PRESET, keyName: '' }, 'spec.keyName must not be empty.'],
    [
      'a duration in words',
      { ...PRESET, expiration: '30 days' },
      'spec.expiration must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h, but is "30 days".',
    ],
    [
      'no lifetime',
      { ...PRESET, expiration: '0d' },
      'spec.expiration must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h, but is "0d".',
    ],
    ['a duration that is a number', { ...PRESET, expiration: 30 }, 'spec.expiration must be text, not a number.'],
    [
      'a renewal before the beginning',
      { ...PRESET, expiration: '10d', rotation: { renewBefore: '240h' } },
      'spec.rotation.renewBefore must be shorter than expiration, but is "240h".',
    ],
    [
      'a renewal of what does not expire',
      { ...PRESET, rotation: { renewBefore: '1h' } },
      'spec.rotation.renewBefore needs expiration: a key that does not expire is not renewed, but is "1h".',
    ],
    [
      'a label of Argo CD',
      { ...PRESET, secret: { template: { labels: { 'app.kubernetes.io/instance': 'a' } } } },
      'spec.secret.template.labels must not have reserved names, which start with beatkeys.dev/, app.kubernetes.io/managed-by, app.kubernetes.io/instance, kubernetes.io/, k8s.io/, kubectl.kubernetes.io/, argocd.argoproj.io/, kustomize.toolkit.fluxcd.io/, helm.toolkit.fluxcd.io/, meta.helm.sh/.',
    ],
    [
      'a name that is no label',
      { ...PRESET, secret: { template: { annotations: { 'a b': 'c' } } } },
      'spec.secret.template.annotations must have names like example.com/name or name: letters, digits, -, _ and ..',
    ],
    [
      'a standard data key',
      { ...PRESET, secret: { template: { data: { api_key: 'a' } } } },
      'spec.secret.template.data must not have the names api_key, encoded, id, key, which are always written.',
    ],
    [
      'an unknown variable',
      withData('{{ beatz }}'),
      'spec.secret.template.data.file must not use an unknown variable: {{ beatz }} (did you mean {{ beats }}?).',
    ],
    [
      'a variable that may be a secret',
      withData('{{ "hunter2" }}'),
      'spec.secret.template.data.file must not use an unknown variable: known are id, key, beats, encoded, url, ca, name, namespace.',
    ],
    ['open braces', withData('{{ beats'), 'spec.secret.template.data.file must close the {{ that it opens.'],
    [
      'the same workload twice',
      {
        ...PRESET,
        consumers: [
          { kind: 'DaemonSet', name: 'a' },
          { kind: 'DaemonSet', name: 'a' },
        ],
      },
      'spec.consumers must not have two entries with the same kind and name.',
    ],
    [
      'a policy in small letters',
      { ...PRESET, deletionPolicy: 'retain' },
      'spec.deletionPolicy must be one of Invalidate, Retain, but is "retain" (did you mean Retain?).',
    ],
  ])('says what is wrong with %s', (_name, spec, sentence) => {
    expect(keySentence(spec)).toBe(sentence);
  });

  test.each<[string, unknown]>([
    ['a query as text', withEntry({ query: '{"match_all":{}}' })],
    ['a query as an object', withEntry({ query: { bool: { filter: [{ term: { a: 1 } }] } } })],
    [
      'what Kibana shows',
      withRole({
        cluster: [],
        indices: [{ names: ['books'], privileges: ['read'] }],
        applications: [],
        run_as: [],
        metadata: {},
        transient_metadata: { enabled: true },
      }),
    ],
    [
      'every other field',
      withRole({
        applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }],
        global: { application: { manage: { applications: ['apm'] } } },
        restriction: { workflows: ['search_application_query'] },
        remote_indices: [{ clusters: ['a*'], names: ['b'], privileges: ['read'] }],
        remote_cluster: [{ clusters: ['a'], privileges: ['monitor_enrich'] }],
      }),
    ],
  ])('takes %s', (_name, spec) => {
    expect(keySentence(spec)).toBe('');
  });

  test('drops unknown fields outside role descriptors, as the API server does', () => {
    expect(parseBeatApiKeySpec({ ...PRESET, unknown: 1 })).toEqual({ ok: true, value: PRESET });
  });

  test('tells every unknown field, at most twenty problems, and names the first three in the sentence', () => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, 1]));
    const problems = problemsOfKey(withRole({ cluster: ['monitor'], ...unknown }));
    expect(problems).toHaveLength(20);
    expect(describeProblems(problems)).toMatch(/and 17 more\.$/);
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

  test('refuses descriptors that are too large as a whole', () => {
    const query = JSON.stringify({ match: { a: 'b'.repeat(66_000) } });
    expect(keySentence(withEntry({ query }))).toBe(
      'spec.roleDescriptors must not be longer than 65536 characters as JSON.',
    );
  });
});

describe('parseElasticsearchConnectionSpec', () => {
  test('gives back what it was given', () => {
    expect(parseElasticsearchConnectionSpec(CONNECTION)).toEqual({ ok: true, value: CONNECTION });
  });

  test('takes a cluster of ECK, and a policy that lends nothing', () => {
    const { urls: _urls, ...rest } = CONNECTION;
    expect(connectionSentence({ ...rest, eckRef: { name: 'elasticsearch' }, policy: { roleDescriptor: {} } })).toBe('');
  });

  test.each<[string, object, string]>([
    ['urls and eckRef', { eckRef: { name: 'a' } }, 'spec must have exactly one of urls and eckRef.'],
    ['no URL', { urls: [] }, 'spec.urls must not be empty.'],
    [
      'from: Selector without selector',
      { allowedNamespaces: { from: 'Selector' } },
      'spec.allowedNamespaces must have selector if, and only if, from is Selector.',
    ],
    [
      'a selector without from: Selector',
      { allowedNamespaces: { selector: { matchLabels: { a: 'b' } } } },
      'spec.allowedNamespaces must have selector if, and only if, from is Selector.',
    ],
    [
      'a selector of everything',
      { allowedNamespaces: { from: 'Selector', selector: {} } },
      'spec.allowedNamespaces.selector must name a label; to allow every namespace say from: All.',
    ],
    [
      'values where none belong',
      {
        allowedNamespaces: {
          from: 'Selector',
          selector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
        },
      },
      'spec.allowedNamespaces.selector.matchExpressions[0].values must have values for In and NotIn, and none for Exists and DoesNotExist.',
    ],
    [
      'two names of the user',
      { auth: { basic: { username: 'a', secretRef: { name: 'b', usernameKey: 'c' } } } },
      'spec.auth.basic must have username or secretRef.usernameKey, not both.',
    ],
    [
      'a misspelt ceiling',
      { policy: { roleDescriptor: { indcies: [] } } },
      'spec.policy.roleDescriptor.indcies is not a known field (did you mean indices?).',
    ],
    [
      'no concurrency',
      { limits: { concurrentRequests: 0 } },
      'spec.limits.concurrentRequests must be at least 1, but is 0.',
    ],
    [
      'half a request',
      { limits: { concurrentRequests: 1.5 } },
      'spec.limits.concurrentRequests must be a whole number, not a number.',
    ],
  ])('says what is wrong with %s', (_name, change, sentence) => {
    expect(connectionSentence({ ...CONNECTION, ...change })).toBe(sentence);
  });

  test.each([
    'ftp://es',
    'es:9200',
    'https://',
    'https://u:hunter2@es',
    'https://es?a=b',
    'https://es#a',
    'https://es /a',
    'https://es:99999',
    'https://[::1',
  ])('does not take the URL %s, and does not repeat it', (url) => {
    const sentence = connectionSentence({ ...CONNECTION, urls: [url] });
    expect(sentence).toMatch(/^spec\.urls\[0\] must be /);
    expect(sentence).not.toContain('hunter2');
  });
});

describe('any input', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  const parsers = [parseBeatApiKeySpec, parseElasticsearchConnectionSpec];

  test.prop([anything])('is parsed without throwing', (value) => {
    for (const parse of parsers) {
      const parsed = parse(value);
      if (!parsed.ok) expect(describeProblems(parsed.problems)).toMatch(/^spec.*\.$/s);
    }
  });

  test.prop([fc.constantFrom(...Object.keys(SPEC)), anything])(
    'in one field is parsed without throwing',
    (field, value) => {
      parseBeatApiKeySpec({ ...SPEC, [field]: value });
    },
  );

  test.prop([fc.constantFrom(...Object.keys(CONNECTION)), anything])(
    'in one field of a connection too',
    (field, value) => {
      parseElasticsearchConnectionSpec({ ...CONNECTION, [field]: value });
    },
  );

  test.prop([fc.dictionary(fc.string(), anything)])(
    'in a role descriptor grants nothing that Elasticsearch would not know',
    (role) => {
      const parsed = parseBeatApiKeySpec(withRole(role));
      if (parsed.ok) expect(parsed.value.roleDescriptors).toEqual({ writer: role });
    },
  );

  test('that throws when it is read is a problem, not an error', () => {
    const trap = {
      get connectionRef(): never {
        throw new Error('hunter2');
      },
    };
    expect(keySentence(trap)).toBe('spec must be plain JSON.');
  });
});
