import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { startFaultProxy, type Asked } from '../contract/fault-proxy.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import { openProgram } from './commands/program.ts';
import { everyPreset } from './lending-user.ts';
import { beatApiKey } from './manifests.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

/** `beatkeys render`: the bundle as a command, on the examples, on what is wrong, and held against the operator. */

const root = path.resolve(import.meta.dirname, '../..');
const program = openProgram();
afterAll(() => program[Symbol.asyncDispose]());

interface Rendered {
  readonly beatApiKey: string;
  readonly accepted: boolean;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body: { readonly metadata: { readonly beatkeys: Readonly<Record<string, string>> } };
  };
  readonly secret: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly stringData: Readonly<Record<string, string>>;
  };
}

const rendered = (stdout: string): readonly Rendered[] => JSON.parse(stdout) as Rendered[];

describe('The examples', async () => {
  const common = ['00-namespaces.yaml', '01-connection.yaml'];
  const files = (await readdir(path.join(root, 'examples'))).filter((name) => name.endsWith('.yaml'));

  test.for(files)('examples/%s would be accepted', async (name) => {
    const names = [...new Set([...common, name])].map((each) => `examples/${each}`);
    const { code, stdout, stderr } = await program.run(['render', '-o', 'json', '-f', ...names], { cwd: root });
    expect({
      code,
      problems: stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' would be accepted')),
    }).toEqual({
      code: 0,
      problems: [],
    });
    expect(rendered(stdout).every(({ accepted }) => accepted)).toBe(true);
  });

  test('as a folder, too', async () => {
    const { code, stderr } = await program.run(['render', '-o', 'table', '-f', 'examples'], { cwd: root });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^(\d+) of \1 BeatApiKeys would be accepted\n$/) as unknown,
    });
  });
});

describe('What is wrong is refused with its place', () => {
  const connection = {
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { name: 'main', namespace: 'logging' },
    spec: {
      urls: ['https://es.example:9200'],
      auth: { basic: { secretRef: { name: 'credential' } } },
      policy: { maxExpiration: '90d' },
    },
  };
  const key = (spec: object, namespace = 'logging') =>
    beatApiKey(namespace, 'key', { preset: { beat: 'packetbeat' }, expiration: '30d', ...spec });

  test.for<readonly [string, readonly object[], string]>([
    [
      'too long a life',
      [connection, key({ expiration: '120d' })],
      'standard input, document 2: BeatApiKey logging/key: PolicyViolation: spec.expiration is 120d, at most 90d is allowed',
    ],
    [
      'a privilege that is not lent',
      [connection, key({ preset: undefined, roleDescriptors: { w: { cluster: ['all'] } } })],
      'BeatApiKey logging/key: PolicyViolation: spec.roleDescriptors.w.cluster: all',
    ],
    [
      'a misspelt part of a role',
      [connection, key({ preset: undefined, roleDescriptors: { w: { clutser: ['monitor'] } } })],
      'InvalidSpec: spec.roleDescriptors.w.clutser is not a known field (did you mean cluster?)',
    ],
    [
      'a misspelt field',
      [connection, key({ suspended: true })],
      'spec.suspended is not a known field (did you mean suspend?)',
    ],
    [
      'a namespace without consent',
      [connection, key({ connectionRef: { name: 'main', namespace: 'logging' } }, 'edge')],
      'BeatApiKey edge/key: NamespaceNotAllowed',
    ],
    ['no connection', [key({})], 'ConnectionNotFound: ElasticsearchConnection logging/main is not among the manifests'],
    [
      'a connection that is not valid',
      [{ ...connection, spec: { urls: ['es:9200'], auth: connection.spec.auth } }],
      'standard input, document 1: ElasticsearchConnection logging/main: InvalidSpec: spec.urls[0] must be',
    ],
    ['another version', [{ ...connection, apiVersion: 'beatkeys.dev/v1' }], 'apiVersion must be beatkeys.dev/v1alpha1'],
  ])('%s', async ([, objects, message]) => {
    const input = objects.map((object) => `---\n${stringify(object)}`).join('');
    const { code, stderr } = await program.run(['render', '-f', '-'], { input });
    expect({ code, says: stderr.includes(message) || stderr }).toEqual({ code: 1, says: true });
  });
});

test.for<readonly [string, readonly string[], string]>([
  ['no manifests', ['render'], 'give manifests by -f'],
  ['a file that is not there', ['render', '-f', 'none.yaml'], 'none.yaml: there is no such file'],
  ['nothing of ours', ['render', '-f', '-'], 'there is no BeatApiKey and no ElasticsearchConnection'],
  ['an unknown option', ['render', '--file', 'x'], "unknown option '--file'"],
  ['an unknown form', ['render', '-f', '-', '-o', 'xml'], 'Allowed choices are yaml, json, table'],
  ['an unknown command', ['rendr'], "unknown command 'rendr'"],
  ['arguments for the operator', ['operator', 'now'], 'too many arguments'],
  ['a role of nothing', ['role'], 'name connections as NAMESPACE/NAME'],
  ['a connection without a namespace', ['role', 'main'], 'main: a connection is named as NAMESPACE/NAME'],
])('%s: a wrong usage', async ([, args, message]) => {
  const { code, stdout, stderr } = await program.run(args);
  expect({ code, stdout, says: stderr.includes(message) || stderr }).toEqual({ code: 2, stdout: '', says: true });
});

/** Every request for a new key, by its name. */
const asked = new Map<string, Asked>();
const fronts = new AsyncDisposableStack();
afterAll(() => fronts.disposeAsync());
const world = await openWorld({
  privileges: everyPreset,
  front: async (node) => {
    const front = fronts.use(await startFaultProxy(node));
    front.fault = (request) => {
      const { method, url, body } = request;
      if (method === 'PUT' && url.pathname === '/_security/api_key')
        asked.set((JSON.parse(body) as { readonly name: string }).name, request);
      return undefined;
    };
    return front;
  },
});
afterAll(() => world.close());

const specs: Readonly<Record<string, Partial<BeatApiKeySpec>>> = {
  'the-shortest': { preset: { beat: 'packetbeat' } },
  'with-everything': {
    preset: { beat: 'apm-server', uses: ['publishing', 'monitoring'] },
    metadata: { team: 'net' },
    expiration: '30d',
    rotation: { renewBefore: '10d', overlap: '1h', request: 'once' },
    secret: {
      name: 'of-another-name',
      template: {
        labels: { app: 'x' },
        annotations: { note: 'anything' },
        data: { 'key.yml': 'hosts: ["{{ url }}"]\napi_key: "{{ beats }}" # {{ namespace }}/{{ name }}' },
      },
    },
  },
  'in-elastics-words': {
    roleDescriptors: {
      writer: { cluster: ['monitor'], index: [{ names: ['heartbeat-*'], privileges: ['create_doc'] }] },
    },
  },
};

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const { objects }: Site = world.site(version);

  test.for(Object.entries(specs))('the operator sends and stores what was rendered: %s', async ([name, spec]) => {
    const { metadata } = await objects.issue(name, spec);
    const connection = await objects.kubectl(['get', 'elasticsearchconnection', 'main', '-o', 'json']);
    const manifest = JSON.stringify(beatApiKey(objects.namespace, name, spec));
    const { code, stdout } = await program.run(['render', '-o', 'json', '-f', '-'], {
      input: `${connection}\n---\n${manifest}`,
    });
    const [shown] = rendered(stdout);
    if (code !== 0 || shown === undefined) throw new Error(`render ended with ${code}`);
    const sent = asked.get(`${objects.namespace}/${name}`);
    const body = JSON.parse(sent?.body ?? '{}') as Rendered['request']['body'];
    const { installation, attempt, uid } = body.metadata.beatkeys;
    expect(uid).toBe(metadata.uid);
    expect([installation, attempt].every((text) => text !== undefined && text.length > 10)).toBe(true);
    const known = { installation: '<installation>', attempt: '<attempt>', uid: '<uid>' };
    expect(shown.request).toEqual({
      method: sent?.method,
      path: `${sent?.url.pathname ?? ''}${sent?.url.search ?? ''}`,
      body: { ...body, metadata: { ...body.metadata, beatkeys: { ...body.metadata.beatkeys, ...known } } },
    });

    const stored = await objects.data(spec.secret?.name ?? name);
    const { id = '', key = '', encoded = '' } = stored;
    // Only whether they are equal: these are values of a Secret.
    const filled = (text: string) =>
      text.replaceAll('<base64 of <id>:<key>>', encoded).replaceAll('<id>', id).replaceAll('<key>', key);
    const expected = Object.entries(shown.secret.stringData);
    expect(Object.keys(stored).toSorted()).toEqual(expected.map(([at]) => at).toSorted());
    expect(expected.filter(([at, text]) => stored[at] !== filled(text)).map(([at]) => at)).toEqual([]);
    const found = await objects.find('Secret', spec.secret?.name ?? name);
    expect(found?.metadata.labels).toEqual({ ...shown.secret.metadata.labels, 'beatkeys.dev/owner-uid': metadata.uid });
  });

  test('the role for a connection is the same from the API server as from its manifest', async () => {
    const { kubeconfig } = controlPlane();
    const live = await program.run(['role', `${objects.namespace}/main`, '--kubeconfig', kubeconfig]);
    const input = await objects.kubectl(['get', 'elasticsearchconnection', 'main', '-o', 'yaml']);
    const written = await program.run(['role', '-f', '-'], { input });
    expect(live).toEqual(written);
    expect(JSON.parse(live.stdout)).toMatchObject({
      metadata: { beatkeys: { connection: `${objects.namespace}/main` } },
    });
    const none = await program.run(['role', `${objects.namespace}/none`, '--kubeconfig', kubeconfig]);
    expect({
      code: none.code,
      says: none.stderr.includes(`no ElasticsearchConnection ${objects.namespace}/none`),
    }).toEqual({
      code: 2,
      says: true,
    });
  });
});
