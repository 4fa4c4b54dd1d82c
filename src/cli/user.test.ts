import { describe, expect, test } from 'vitest';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionSpec } from '../api/types.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { wantedRole } from './role.ts';
import { credentialManifest, generatedPassword, planUser, wantedUsers } from './user.ts';

type Basic = ElasticsearchConnectionSpec['auth']['basic'];

function roleFor(name: string, basic: Basic) {
  const { metadata, ...rest } = anElasticsearchConnection({ auth: { basic } });
  const object = { ...rest, metadata: { ...metadata, name } };
  return wantedRole(object, object.spec, { forNamespaces: [], manageApiKey: false });
}

const credential = { secretRef: { name: 'credential' } };
const user = { name: 'beatkeys', roles: ['beatkeys.logging.main'], secrets: [] };
const existing = {
  roles: ['kibana_user'],
  enabled: true,
  fullName: 'Beatkeys',
  email: null,
  metadata: { team: 'net' },
};

describe('the users of connections', () => {
  test('have the roles of all that log in as them, and each Secret once', () => {
    expect(wantedUsers([roleFor('main', credential), roleFor('library', credential)])).toEqual([
      {
        name: 'beatkeys',
        roles: ['beatkeys.logging.main', 'beatkeys.logging.library'],
        secrets: [{ namespace: 'logging', name: 'credential', usernameKeys: ['username'], passwordKeys: ['password'] }],
      },
    ]);
  });

  test('are named by the connections, or by whoever asks', () => {
    const roles = [roleFor('main', { ...credential, username: 'one' }), roleFor('library', credential)];
    expect(wantedUsers(roles).map(({ name }) => name)).toEqual(['one', 'beatkeys']);
    expect(wantedUsers(roles, 'two').map(({ name }) => name)).toEqual(['two']);
  });

  test('have their credential where the connections look for it', () => {
    const basic = { username: 'one', secretRef: { name: 'credential', passwordKey: 'elastic' } };
    const secrets = wantedUsers([roleFor('main', basic)]).flatMap((user) => user.secrets);
    const manifests = secrets.map((secret) => credentialManifest(secret, 'one', new Sensitive('p')).reveal());
    expect(manifests).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'credential', namespace: 'logging' },
        type: 'Opaque',
        stringData: { elastic: 'p' },
      },
    ]);
  });
});

test('a password is long, and another each time', () => {
  const [one, two] = [generatedPassword().reveal(), generatedPassword().reveal()];
  expect(/^[\w-]{32}$/.test(one)).toBe(true);
  expect(one === two).toBe(false);
});

describe('a user', () => {
  test('that is not there is created with its roles', () => {
    expect(planUser(user, undefined)).toMatchObject({ ok: true, change: 'created', record: { roles: user.roles } });
  });

  test('keeps what it has beside', () => {
    expect(planUser(user, existing)).toEqual({
      ok: true,
      change: 'changed',
      record: { ...existing, roles: ['kibana_user', ...user.roles] },
      others: ['kibana_user'],
    });
  });

  test('that has its roles stays as it is', () => {
    expect(planUser(user, { ...existing, roles: user.roles })).toMatchObject({ change: 'unchanged', others: [] });
  });

  test("of Elasticsearch's own is never changed", () => {
    expect(planUser(user, { ...existing, metadata: { _reserved: true } })).toMatchObject({ ok: false });
  });
});
