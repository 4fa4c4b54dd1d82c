import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runCommand } from '../../test/contract/command-terminal.ts';

const connection = (name: string, spec: object = {}) => ({
  apiVersion: 'beatkeys.dev/v1alpha1',
  kind: 'ElasticsearchConnection',
  metadata: { name, namespace: 'logging' },
  spec: {
    urls: ['https://es.example:9200'],
    auth: { basic: { secretRef: { name: 'credential' } } },
    allowedNamespaces: { from: 'All' },
    policy: { roleDescriptor: { indices: [{ names: ['logs-{namespace}'], privileges: ['create_doc'] }] } },
    ...spec,
  },
});
const main = connection('main');
const input = (...objects: readonly object[]): string => objects.map((each) => `---\n${stringify(each)}`).join('');
const role = (objects: readonly object[], ...more: readonly string[]) =>
  runCommand(['role', '-f', '-', ...more], { input: input(...objects) });

/** The names of the indices in a printed role. */
const names = (printed: string): readonly string[] | undefined =>
  (JSON.parse(printed) as { readonly indices: readonly { readonly names: readonly string[] }[] }).indices[0]?.names;

test('the version is that of the package', async () => {
  expect(await runCommand(['--version'])).toMatchObject({ code: 0, out: '0.0.0-test\n' });
  expect(await runCommand(['version', '--client'])).toEqual({ code: 0, out: 'beatkeys 0.0.0-test\n', told: [] });
  const { out } = await runCommand(['version', '--client', '-o', 'json']);
  expect(JSON.parse(out)).toEqual({ client: '0.0.0-test' });
});

test('a role that is wide is noted, and made narrower by names', async () => {
  const wide = await role([main]);
  expect(names(wide.out)).toEqual(['logs-*']);
  expect(wide.told).toContainEqual(expect.stringContaining('--for-namespace'));
  const narrow = await role([main], '--for-namespace', 'one,two', '--for-namespace', 'three');
  expect(names(narrow.out)).toEqual(['logs-one', 'logs-two', 'logs-three']);
  expect(narrow.told).toEqual(['# PUT /_security/role/beatkeys.logging.main']);
});

test('for the console of Kibana request and body are one text', async () => {
  const { out, told } = await role([main], '-o', 'console', '--for-namespace', 'one');
  expect(out).toMatch(/^PUT \/_security\/role\/beatkeys\.logging\.main\n\{\n/);
  expect(told).toEqual([]);
});

test('one of some connections is chosen by its name', async () => {
  const { out } = await role([main, connection('other')], '--connection', 'logging/other');
  expect(JSON.parse(out)).toMatchObject({ metadata: { beatkeys: { connection: 'logging/other' } } });
});

test('a connection that is not valid has no role', async () => {
  const { code, out, told } = await role([connection('main', { urls: ['es'] })]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(told).toEqual([
    expect.stringMatching(/^standard input, document 1: ElasticsearchConnection logging\/main: spec\.urls\[0\] /),
  ]);
});

test.for<readonly [string, readonly object[], readonly string[], string]>([
  ['one name for two roles', [main, connection('other')], ['--name', 'mine'], '--name names one role'],
  [
    'a connection that is not there',
    [main],
    ['--connection', 'logging/none'],
    'no ElasticsearchConnection logging/none',
  ],
  [
    'a namespace that cannot be',
    [main],
    ['--for-namespace', 'a*'],
    '--for-namespace a*: is not the name of a namespace',
  ],
  ['a Secret for no user', [main], ['--secret-out', '-'], '--secret-out needs --apply'],
  ['no password of the administrator', [main], ['--apply'], 'as ES_PASSWORD'],
  [
    'two clusters at once',
    [main, connection('other', { urls: ['https://other.example:9200'] })],
    ['--apply'],
    'the connections have different URLs',
  ],
  ['a URL that is none', [main], ['--apply', '--url', 'es:9200'], 'must be an http or https URL'],
])('%s: a wrong usage, and nothing is sent', async ([, objects, more, message]) => {
  const { code, out, told } = await role(objects, ...more);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(told.join('\n')).toContain(message);
});

test.for<readonly [string, readonly string[], string]>([
  ['keys chosen in no way', ['rotate'], 'choose BeatApiKeys by their names, by -l SELECTOR, or by --all'],
  ['keys chosen in two ways', ['revoke', 'a', '--all'], 'choose BeatApiKeys by their names'],
  ['names in all namespaces', ['rotate', 'a', '-A'], 'give -n, not -A'],
  ['a time that is none', ['rotate', 'a', '--timeout', 'soon'], '--timeout soon: must be a whole number'],
  ['a wait for nothing', ['rotate', 'a', '--dry-run', '--wait'], '--dry-run leaves nothing to wait for'],
  ['a kubeconfig that is not there', ['status', '--kubeconfig', '/none'], 'there is no kubeconfig that can be used'],
  ['one of all', ['status', 'a', '-A'], 'name one BeatApiKey, or choose some'],
  ['a state that there is not', ['list', '--status', 'Orphan'], 'did you mean Orphaned?'],
  ['a password without a user', ['list', '--password-file', 'x'], '--password-file needs --username'],
  ['a user without a password', ['list', '--username', 'x'], 'as ES_PASSWORD'],
  ['a URL that is none', ['status', 'a', '--url', 'es:9200'], 'must be an http or https URL'],
  ['nothing to delete', ['delete'], 'name keys by their ids, or give --all-orphans'],
  ['one and all to delete', ['delete', 'id', '--all-orphans'], 'name keys by their ids, or give --all-orphans'],
  ['a namespace for an id', ['delete', 'id', '-n', 'x'], '-n needs --all-orphans'],
])('%s: a wrong usage, and nobody is asked', async ([, args, message]) => {
  const { code, out, told } = await runCommand(args);
  expect({ code, out, says: told.join('\n').includes(message) || told }).toEqual({ code: 2, out: '', says: true });
});
