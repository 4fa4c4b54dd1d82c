import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ElasticsearchConnectionSpec, RoleDescriptor, RoleDescriptors } from '../../src/api/types.ts';
import { presetCeiling } from '../../src/core/presets.ts';
import { elasticsearch, elasticsearchVersions, uniqueName } from '../testbed/current.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import type { Credentials, ElasticsearchNode } from '../testbed/servers.ts';
import { runCommand, type CommandResult } from './command-terminal.ts';
import { aKeyRequest, aMark, calm, encoded, open, targetOf } from './elasticsearch-fixture.ts';

/** `beatkeys role --apply` against real servers: the user that it makes can do an operator's work, and nothing else. */

const folder = temporaryFolder('command-role');
afterAll(() => folder.remove());

interface Case {
  readonly spec: Partial<ElasticsearchConnectionSpec>;
  /** Inside the ceiling, up to its edge. */
  readonly wanted: RoleDescriptors;
  /** What may be lent, to any of the namespaces. */
  readonly reach: RoleDescriptor;
  /** Names in the ceiling's reach, and names beyond it. */
  readonly within: readonly string[];
  readonly beyond: readonly string[];
}

const writes = ['create_doc', 'auto_configure', 'view_index_metadata'];
const library: RoleDescriptor = {
  cluster: ['monitor', 'manage_ilm'],
  indices: [
    { names: ['logs-*', 'audit'], privileges: writes },
    { names: ['books'], privileges: ['read'], query: { term: { shelf: 'open' } } },
  ],
  applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }],
};
const cases: Readonly<Record<string, Case>> = {
  'the presets': {
    spec: {},
    wanted: {
      all: { cluster: presetCeiling.cluster ?? [], indices: presetCeiling.indices ?? [] },
    },
    reach: presetCeiling,
    within: ['packetbeat-x', 'auditbeat-x', 'traces-apm-x', '.monitoring-beats-x', '.apm-source-map'],
    beyond: ['logs-app-prod', 'packetbeat', 'books', '.kibana'],
  },
  'a ceiling of its own': {
    spec: { policy: { roleDescriptor: library } },
    reach: library,
    wanted: {
      writer: { cluster: ['monitor', 'read_ilm'], index: [{ names: ['logs-app-*', 'audit'], privileges: writes }] },
      reader: { indices: [{ names: ['books'], privileges: ['read'], query: { term: { shelf: 'open' } } }] },
      agent: { applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }] },
    },
    within: ['logs-x', 'audit', 'books'],
    beyond: ['packetbeat-x', 'books-archive', 'audits', '*'],
  },
  'a ceiling for each namespace': {
    spec: {
      allowedNamespaces: { from: 'All' },
      policy: { roleDescriptor: { indices: [{ names: ['logs-{namespace}-*'], privileges: writes }] } },
    },
    wanted: { writer: { indices: [{ names: ['logs-edge-*'], privileges: writes }] } },
    reach: { indices: [{ names: ['logs-*-*'], privileges: writes }] },
    within: ['logs-edge-x', 'logs-core-x'],
    beyond: ['logs-edge', 'metrics-edge-x'],
  },
  'a ceiling for a namespace that is named': {
    spec: {
      allowedNamespaces: { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
      policy: { roleDescriptor: { indices: [{ names: ['logs-{namespace}-*'], privileges: writes }] } },
    },
    wanted: { writer: { indices: [{ names: ['logs-edge-*'], privileges: writes }] } },
    reach: { indices: [{ names: ['logs-edge-*', 'logs-logging-*'], privileges: writes }] },
    within: ['logs-edge-x', 'logs-logging-x'],
    beyond: ['logs-core-x', 'logs-edge'],
  },
};

/** One connection with names that no other test uses, and the command for it. */
class Subject {
  readonly node: ElasticsearchNode;
  readonly user = uniqueName('operator');
  readonly connection = uniqueName('main');
  readonly role = `beatkeys.logging.${this.connection}`;
  readonly #file = path.join(folder.path, `${this.connection}.yaml`);
  readonly #ca = path.join(folder.path, `${this.connection}.crt`);

  constructor(node: ElasticsearchNode) {
    this.node = node;
  }

  async write(spec: Partial<ElasticsearchConnectionSpec>): Promise<void> {
    const object = {
      apiVersion: 'beatkeys.dev/v1alpha1',
      kind: 'ElasticsearchConnection',
      metadata: { name: this.connection, namespace: 'logging' },
      spec: {
        urls: [this.node.url],
        auth: { basic: { username: this.user, secretRef: { name: 'credential' } } },
        ...spec,
      },
    };
    await writeFile(this.#file, JSON.stringify(object));
    await writeFile(this.#ca, this.node.ca ?? '');
  }

  /** `beatkeys role -f` with more arguments. */
  print(...more: readonly string[]): Promise<CommandResult> {
    return runCommand(['role', '-f', this.#file, ...more]);
  }

  /** `beatkeys role --apply` as the administrator, with more arguments. */
  apply(...more: readonly string[]): Promise<CommandResult> {
    const ca = this.node.ca === undefined ? [] : ['--ca-file', this.#ca];
    const { username, password } = this.node;
    return runCommand(['role', '-f', this.#file, '--apply', '--username', username, ...ca, ...more], {
      env: { ES_PASSWORD: password },
    });
  }

  async remove(): Promise<void> {
    await this.node.request('DELETE', `/_security/user/${this.user}`);
    await this.node.request('DELETE', `/_security/role/${this.role}`);
  }
}

/** The password in a Secret's manifest, for the connection that names its user. */
const passwordIn = (manifest: string): string =>
  (parse(manifest) as { readonly stringData: { readonly password: string } }).stringData.password;

async function subject(node: ElasticsearchNode, spec: Partial<ElasticsearchConnectionSpec> = {}) {
  const made = new Subject(node);
  await made.write(spec);
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.remove() });
}

/** Every privilege by name that somebody holds, and on which of the names. */
async function heldBy(node: ElasticsearchNode, as: Credentials, names: readonly string[]) {
  const builtin = await node.request('GET', '/_security/privilege/_builtin');
  const all = builtin.body as { readonly cluster: readonly string[]; readonly index: readonly string[] };
  const question = { cluster: all.cluster, index: [{ names, privileges: all.index }] };
  const { body } = await node.request('POST', '/_security/user/_has_privileges', question, { as });
  const answer = body as { cluster: Record<string, boolean>; index: Record<string, Record<string, boolean>> };
  const yes = (of: Record<string, boolean>) => Object.keys(of).filter((name) => of[name] === true && name !== 'none');
  return {
    cluster: yes(answer.cluster).toSorted(),
    index: Object.fromEntries(Object.entries(answer.index).map(([name, of]) => [name, yes(of).toSorted()])),
  };
}

/** What Elasticsearch says that a ceiling comes to, with what it takes to make keys: the privileges of a key that has both. */
async function heldWith(node: ElasticsearchNode, reach: RoleDescriptor, names: readonly string[]) {
  const own = { cluster: ['manage_own_api_key', 'monitor'] };
  const key = { name: uniqueName('reach'), expiration: '1h', role_descriptors: { own, reach } };
  const { body } = await node.request('PUT', '/_security/api_key?refresh=false', key);
  return heldBy(node, { apiKey: (body as { readonly encoded: string }).encoded }, names);
}

async function removeUser(node: ElasticsearchNode, name: string): Promise<void> {
  await node.request('DELETE', `/_security/user/${name}`);
  await node.request('DELETE', `/_security/role/${name}`);
}

describe.each(elasticsearchVersions())('With Elasticsearch %s', (version) => {
  const node = elasticsearch(version);
  afterAll(() => node.close());

  describe.for(Object.entries(cases))('the user for %s', ([, { spec, wanted, reach, within, beyond }]) => {
    test('can do all that the operator does, and holds nothing beyond', async () => {
      await using one = await subject(node, spec);
      const printed = await one.print();
      expect(printed).toMatchObject({
        code: 0,
        told: expect.arrayContaining([`# PUT /_security/role/${one.role}`]) as unknown,
      });
      const made = await one.apply('--secret-out', '-');
      expect(made).toMatchObject({ code: 0, told: expect.arrayContaining([`role ${one.role}: created`]) as unknown });
      const user = { username: one.user, password: passwordIn(made.out) };
      // What is printed may be put in the place of what was applied.
      await node.request('PUT', `/_security/role/${one.role}`, JSON.parse(printed.out));
      expect((await one.apply()).told).toContain(`role ${one.role}: unchanged`);

      await using store = open(targetOf(node, user));
      const { keys } = store;
      expect((await keys.contact(calm)).owner.username).toBe(one.user);
      expect(await keys.tryPrivileges('own', wanted, calm)).toEqual({ accepted: true, missing: [] });
      const mark = aMark();
      const created = await keys.create(aKeyRequest({ roleDescriptors: wanted, mark }), calm);
      expect(await keys.tryPrivileges(encoded(created), wanted, calm)).toEqual({ accepted: true, missing: [] });
      const listed = async () => (await keys.inventory(mark.installation, calm)).map(({ id }) => id);
      await expect.poll(listed, { timeout: 30_000 }).toEqual([created.id]);
      const change = { roleDescriptors: wanted, userMetadata: { team: 'other' }, mark };
      await keys.update(created.id, change, calm);
      expect((await keys.get(created.id, calm))?.id).toBe(created.id);
      expect(await keys.invalidate([created.id], calm)).toEqual([created.id]);

      const names = [...within, ...beyond];
      const held = await heldBy(node, user, names);
      expect(held).toEqual(await heldWith(node, reach, names));
      for (const name of within) expect(held.index[name]).not.toEqual([]);
      for (const name of beyond) expect(held.index[name]).toEqual([]);
    });
  });

  test('a second time nothing changes, and the password stays', async () => {
    await using one = await subject(node);
    const password = passwordIn((await one.apply('--secret-out', '-')).out);
    const again = await one.apply('--secret-out', '-');
    expect(again).toMatchObject({ code: 0, out: '' });
    expect(again.told).toEqual(
      expect.arrayContaining([`role ${one.role}: unchanged`, expect.stringMatching(`^user ${one.user}: unchanged`)]),
    );
    const as = { username: one.user, password };
    expect((await node.request('GET', '/_security/_authenticate', undefined, { as })).status).toBe(200);
  });

  test('a new policy changes the role, and a new password is made when it is asked for', async () => {
    await using one = await subject(node);
    const before = passwordIn((await one.apply('--secret-out', '-')).out);
    await one.write({ policy: { roleDescriptor: { cluster: ['monitor'] } } });
    const file = path.join(folder.path, `${one.user}-secret.yaml`);
    const changed = await one.apply('--rotate-password', '--secret-out', file);
    expect(changed).toMatchObject({ code: 0, out: '' });
    expect(changed.told).toEqual(expect.arrayContaining([`role ${one.role}: changed`]));
    const as = { username: one.user, password: before };
    expect((await node.request('GET', '/_security/_authenticate', undefined, { as })).status).toBe(401);
    const after = { username: one.user, password: passwordIn(await readFile(file, 'utf8')) };
    expect((await node.request('GET', '/_security/_authenticate', undefined, { as: after })).status).toBe(200);
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    expect((await heldBy(node, after, ['packetbeat-x'])).index).toEqual({ 'packetbeat-x': [] });
  });

  test('a password may be given, and is never told', async () => {
    await using one = await subject(node);
    const password = uniqueName('a-password');
    const file = path.join(folder.path, `${one.user}.password`);
    await writeFile(file, `${password}\n`);
    const made = await one.apply('--user-password-file', file);
    expect(made).toMatchObject({ code: 0, out: '' });
    expect([...made.told, made.out].some((text) => text.includes(password))).toBe(false);
    const as = { username: one.user, password };
    expect((await node.request('GET', '/_security/_authenticate', undefined, { as })).status).toBe(200);
  });

  test('a new user whose password nobody would learn is not made', async () => {
    await using one = await subject(node);
    const { code, told } = await one.apply();
    expect(code).toBe(2);
    expect(told.join('\n')).toContain('--secret-out');
    expect((await node.request('GET', `/_security/role/${one.role}`)).status).toBe(404);
  });

  test("a role and a user that are somebody's are left alone", async () => {
    await using one = await subject(node);
    await node.request('PUT', `/_security/role/${one.role}`, { cluster: ['monitor'] });
    const foreign = await one.apply('--secret-out', '-');
    expect(foreign).toMatchObject({ code: 1, out: '' });
    expect(foreign.told.join('\n')).toContain(`role ${one.role} is there`);
    expect((await node.request('GET', `/_security/user/${one.user}`)).status).toBe(404);
    const reserved = await one.apply('--secret-out', '-', '--overwrite', '--user', 'kibana_system');
    expect(reserved).toMatchObject({ code: 1, out: '' });
    expect(reserved.told.join('\n')).toContain("user kibana_system is one of Elasticsearch's own");
    expect((await one.apply('--secret-out', '-', '--overwrite')).code).toBe(0);
  });

  test('who may not make roles is told so, and nothing is made', async () => {
    await using one = await subject(node);
    const wrong = await one.apply('--secret-out', '-', '--password-file', await passwordFile('wrong-password'));
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.told.at(-1)).toBe(`Elasticsearch does not accept user ${node.username} with this password`);
    const name = uniqueName('nobody');
    const { password } = await node.createUser(name, { cluster: ['monitor'] });
    const denied = await one.apply(
      '--secret-out',
      '-',
      '--username',
      name,
      '--password-file',
      await passwordFile(password),
    );
    expect(denied).toMatchObject({ code: 1, out: '' });
    expect(denied.told.at(-1)).toBe(`user ${name} may not read role: it needs the cluster privilege manage_security`);
    await removeUser(node, name);
  });
});

async function passwordFile(password: string): Promise<string> {
  const file = path.join(folder.path, uniqueName('password'));
  await writeFile(file, password);
  return file;
}
