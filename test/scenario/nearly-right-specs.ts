import fc from 'fast-check';
import { CONNECTION, KEY, PRESET } from '../builders/specs.ts';

const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });
const withTemplate = (template: object) => ({ ...PRESET, secret: { template } });

/** An object with some of these fields, each with some of its values. */
const some = (values: Readonly<Record<string, readonly unknown[]>>) =>
  fc.record(Object.fromEntries(Object.entries(values).map(([name, choices]) => [name, fc.constantFrom(...choices)])), {
    requiredKeys: [],
  });

const names = ['main', 'a.b-c', '9', 'A', '-a', 'a-', 'a..b', '', 'ä', 'a\n', 1];
const durations = [
  '30d',
  '12h',
  '90m',
  '1s',
  '0s',
  '0d',
  '01d',
  '1.5h',
  '1w',
  '-1d',
  '999999d',
  '1000000d',
  '1 d',
  '',
  '١d',
  5,
];
const labels = [
  'a',
  'a/b',
  'example.com/a_b.c',
  'a/b/c',
  '/a',
  'a/',
  '-a',
  'a-',
  'a b',
  'beatkeys.dev/x',
  'kubernetes.io/x',
  'x.kubernetes.io/x',
  'a..b/c',
  'a/' + 'b'.repeat(64),
  `${'p'.repeat(253)}/a`,
  `${'p'.repeat(254)}/a`,
  'A/b',
  'ä',
  '',
];

/** `secret.template`, as far as a test reads it. */
export interface SecretTemplate {
  readonly labels?: object;
  readonly annotations?: object;
  readonly data?: object;
}

/** Templates of Secrets that are nearly right. */
export const templates: fc.Arbitrary<SecretTemplate> = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...labels), fc.constantFrom('a', '', 'a b', '-', 'a_b.c', 'a'.repeat(64), 'ä'), {
      maxKeys: 2,
    })
    .map((values) => ({ labels: values })),
  fc
    .dictionary(fc.constantFrom(...labels), fc.constantFrom('a', ''), { maxKeys: 2 })
    .map((annotations) => ({ annotations })),
  fc
    .dictionary(
      fc.constantFrom(
        'a',
        'a.yml',
        '.',
        '..',
        '..a',
        '.a',
        'a..',
        'a/b',
        'a b',
        'id',
        'key',
        'api_key',
        'encoded',
        '',
        'ä',
      ),
      fc.constantFrom('', '{{ id }}', 'a'.repeat(16_385)),
      { maxKeys: 2 },
    )
    .map((data) => ({ data })),
);

/**
 * Specs that are nearly right: every value is one that is allowed, or just outside a rule. None is null, since the API
 * server drops null fields instead of refusing them.
 */
export const keySpecs = fc.oneof(
  some({ name: names, namespace: names.slice(0, 8) }).map((connectionRef) => ({ ...PRESET, connectionRef })),
  some({
    expiration: durations,
    keyName: [
      ...['a', '_a', ' a', 'a ', '\ta', 'a\u00a0', '\u2003a', 'a\u0085', '\ufeffa', '\u0001a', 'a b', ''],
      ...['ä'.repeat(256), 'a'.repeat(257), '😀'.repeat(256), '😀'.repeat(257)],
    ],
    deletionPolicy: ['Retain', 'Invalidate', 'retain', ''],
    suspend: [true, false, 'true'],
  }).map((change) => ({ ...PRESET, ...change })),
  fc
    .tuple(
      fc.constantFrom(...durations.slice(0, 6)),
      some({ renewBefore: durations, overlap: durations, request: ['a', '', 'a'.repeat(257)] }),
    )
    .map(([expiration, rotation]) => ({ ...PRESET, expiration, rotation })),
  some({ renewBefore: durations, overlap: durations }).map((rotation) => ({ ...PRESET, rotation })),
  some({
    beat: ['packetbeat', 'apm-server', 'packetbeet', ''],
    uses: [['publishing'], ['monitoring', 'publishing'], [], ['publishing', 'publishing'], ['x'], 'publishing'],
  }).map((preset) => ({ connectionRef: { name: 'main' }, preset })),
  fc
    .dictionary(
      fc.constantFrom('a', 'beatkeys', '_a', 'a.b', '', 'ä', 'a'.repeat(257), '😀'.repeat(256), '😀'.repeat(257)),
      fc.constantFrom('b', '', 'b'.repeat(1025), 1),
      { maxKeys: 3 },
    )
    .map((metadata) => ({ ...PRESET, metadata })),
  templates.map(withTemplate),
  fc
    .array(some({ kind: ['DaemonSet', 'Deployment', 'Job'], name: ['a', 'b', 'A'], restart: [true, 'yes'] }), {
      maxLength: 3,
    })
    .map((consumers) => ({ ...PRESET, consumers })),
  some({
    cluster: [['monitor'], ['monitor', 'monitor'], [''], 'monitor', [1]],
    index: [
      [{ names: ['a'], privileges: ['read'] }],
      [{ names: [], privileges: ['read'] }],
      [{ names: ['a'] }],
      [{ privileges: [] }],
      {},
    ],
    indices: [
      [{ names: ['a'], privileges: ['read'], field_security: { grant: ['a'], except: ['b'] } }],
      [{ names: ['a'], privileges: ['read'], field_security: { except: ['b'] } }],
      [{ names: ['a'], privileges: ['read'], allow_restricted_indices: 'yes' }],
    ],
    run_as: [['a'], [1]],
    restriction: [{ workflows: ['a'] }, { workflows: [] }, {}],
    metadata: [{ a: 1 }, [], 'a'],
  }).map((role) => withRole({ applications: [{ application: 'a', privileges: ['b'], resources: ['c'] }], ...role })),
  fc.constantFrom(
    { ...KEY, preset: PRESET.preset },
    { connectionRef: { name: 'main' } },
    { ...KEY, roleDescriptors: {} },
    withRole({}),
    {},
  ),
);

/** Specs of connections that are nearly right. */
export const connectionSpecs = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        'https://es:9200',
        'http://10.0.0.1',
        'https://[::1]:9200/a/',
        'https://a@es',
        'es:9200',
        'ftp://es',
        'https://',
        'https://es?a',
        'https://es#a',
        'https://es /',
        'https:///a',
        'https://es:port',
        '',
      ),
      { maxLength: 2 },
    )
    .map((urls) => ({ ...CONNECTION, urls })),
  some({
    clusterUUID: ['pzoM0gEQSiOli-IqUTg_pg', '', 'a b', 'a'.repeat(65)],
    tls: [
      {},
      { serverName: 'es.example' },
      { serverName: '-' },
      { caRef: { kind: 'Secret', name: 'a' } },
      { caRef: { kind: 'Pod', name: 'a' } },
      { caRef: { name: 'a' } },
      { caRef: { kind: 'ConfigMap', name: 'a', key: 'a/b' } },
    ],
    auth: [
      {},
      { basic: {} },
      { basic: { secretRef: { name: 'a' } } },
      { basic: { secretRef: { name: 'a', usernameKey: 'u', passwordKey: 'p q' } } },
      { basic: { username: '', secretRef: { name: 'a' } } },
    ],
    eckRef: [{ name: 'a' }, { name: 'A' }, {}],
    limits: [
      {},
      { concurrentRequests: 1 },
      { concurrentRequests: 0 },
      { concurrentRequests: 1001 },
      { concurrentRequests: 1.5 },
      { createdKeysPerMinute: 100_001 },
      { createdKeysPerMinute: '5' },
    ],
    policy: [
      {},
      { roleDescriptor: {} },
      { roleDescriptor: { indices: [{ names: ['a'] }] } },
      { maxExpiration: '90d' },
      { maxExpiration: '0d' },
    ],
  }).map((change) => ({ ...CONNECTION, ...change })),
  some({
    from: ['Same', 'All', 'Selector', 'None'],
    selector: [
      {},
      { matchLabels: { a: 'b' } },
      { matchLabels: { a: ' ' } },
      { matchLabels: { 'a b': 'c' } },
      { matchExpressions: [{ key: 'a b', operator: 'Exists' }] },
      { matchExpressions: [] },
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
      { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [] }] },
      { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
      { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
    ],
  }).map((allowedNamespaces) => ({ ...CONNECTION, allowedNamespaces })),
);
