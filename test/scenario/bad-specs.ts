import { CONNECTION, KEY, PRESET } from '../builders/specs.ts';

const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });
const withTemplate = (template: object) => ({ ...PRESET, secret: { template } });
const withSelector = (selector: object) => ({ ...CONNECTION, allowedNamespaces: { from: 'Selector', selector } });

/** Specs that break one rule for which there is a CEL rule. */
export const BAD_KEY_SPECS: readonly (readonly [string, unknown])[] = [
  ['neither preset nor descriptors', { connectionRef: { name: 'main' } }],
  ['preset and descriptors', { ...KEY, preset: { beat: 'packetbeat' } }],
  ['no descriptor', { ...KEY, roleDescriptors: {} }],
  ['index and indices', withRole({ cluster: ['monitor'], index: [], indices: [] })],
  [
    'except without grant',
    withRole({ index: [{ names: ['a'], privileges: ['read'], field_security: { except: ['b'] } }] }),
  ],
  [
    'a restriction beside another descriptor',
    {
      ...KEY,
      roleDescriptors: { ...KEY.roleDescriptors, x: { cluster: ['monitor'], restriction: { workflows: ['a'] } } },
    },
  ],
  ['a connection in capitals', { ...PRESET, connectionRef: { name: 'Main' } }],
  ['a namespace with a dot', { ...PRESET, connectionRef: { name: 'main', namespace: 'a.b' } }],
  ["metadata with the mark's name", { ...PRESET, metadata: { beatkeys: 'mine' } }],
  ['metadata with a reserved name', { ...PRESET, metadata: { _a: 'b' } }],
  ['metadata with a very long name', { ...PRESET, metadata: { ['a'.repeat(257)]: 'b' } }],
  ['a key name with white space before it', { ...PRESET, keyName: ' a' }],
  ['a key name with a leading underscore', { ...PRESET, keyName: '_a' }],
  ['a key name with a control character after it', { ...PRESET, keyName: 'a\x85' }],
  ['a descriptor of empty lists', withRole({ cluster: [], indices: [] })],
  ['an expiration in words', { ...PRESET, expiration: '30 days' }],
  ['an expiration of nothing', { ...PRESET, expiration: '0d' }],
  ['an overlap in milliseconds', { ...PRESET, rotation: { overlap: '5ms' } }],
  ['a renewal without expiration', { ...PRESET, rotation: { renewBefore: '1d' } }],
  ['a renewal as long as the lifetime', { ...PRESET, expiration: '10d', rotation: { renewBefore: '240h' } }],
  ['a label of ours', withTemplate({ labels: { 'beatkeys.dev/owner-uid': 'a' } })],
  [
    'an annotation of kubectl',
    withTemplate({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }),
  ],
  ['a label of Argo CD', withTemplate({ labels: { 'app.kubernetes.io/instance': 'a' } })],
  ['an annotation with a prefix that no domain has', withTemplate({ annotations: { [`${'a'.repeat(254)}/b`]: 'c' } })],
  ['a label with a space', withTemplate({ labels: { a: 'b c' } })],
  ['a name of a label with two slashes', withTemplate({ labels: { 'a/b/c': 'd' } })],
  ['a standard data key', withTemplate({ data: { encoded: 'a' } })],
  ['a data key with a slash', withTemplate({ data: { 'a/b': 'c' } })],
  ['a workload in capitals', { ...PRESET, consumers: [{ kind: 'DaemonSet', name: 'A' }] }],
];

export const BAD_CONNECTION_SPECS: readonly (readonly [string, unknown])[] = [
  ['urls and eckRef', { ...CONNECTION, eckRef: { name: 'a' } }],
  ['neither urls nor eckRef', { auth: CONNECTION.auth }],
  ['an ftp URL', { ...CONNECTION, urls: ['ftp://es'] }],
  ['a URL with a password', { ...CONNECTION, urls: ['https://elastic:changeme@es:9200'] }],
  ['a URL with a query', { ...CONNECTION, urls: ['https://es:9200/?pretty'] }],
  ['a URL with a fragment', { ...CONNECTION, urls: ['https://es:9200/#a'] }],
  ['a URL with a port that there is not', { ...CONNECTION, urls: ['https://es:65536'] }],
  ['a URL with an address that JavaScript reads as octal', { ...CONNECTION, urls: ['https://010.0.0.1'] }],
  ['a URL with an address of five groups', { ...CONNECTION, urls: ['https://[1:2:3:4:5]'] }],
  ['a URL with a space that JavaScript alone takes for one', { ...CONNECTION, urls: ['https://es/\u2003'] }],
  ['a UUID with a slash', { ...CONNECTION, clusterUUID: 'a/b' }],
  ['a server name with a port', { ...CONNECTION, tls: { serverName: 'es.example:9200' } }],
  [
    'two names of the user',
    { ...CONNECTION, auth: { basic: { username: 'a', secretRef: { name: 'b', usernameKey: 'c' } } } },
  ],
  [
    'a selector without from: Selector',
    { ...CONNECTION, allowedNamespaces: { from: 'All', selector: { matchLabels: { a: 'b' } } } },
  ],
  ['from: Selector without a selector', { ...CONNECTION, allowedNamespaces: { from: 'Selector' } }],
  ['a selector of everything', withSelector({ matchLabels: {} })],
  ['In without values', withSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] })],
  ['Exists with values', withSelector({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] })],
  ['a value that no label can have', withSelector({ matchLabels: { a: '-' } })],
  ['index and indices in the policy', { ...CONNECTION, policy: { roleDescriptor: { index: [], indices: [] } } }],
  ['no longest lifetime', { ...CONNECTION, policy: { maxExpiration: '0s' } }],
];
