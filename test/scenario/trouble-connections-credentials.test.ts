import { afterAll, describe, expect, test } from 'vitest';
import { createLendingUser, everyPreset } from './lending-user.ts';
import { beatApiKey, secret } from './manifests.ts';
import { condition } from './objects.ts';
import { serverIdentity, startTlsFront } from './trouble/servers.ts';
import { isLiving, openServers } from './trouble/servers-world.ts';

/** What a user sees where a connection, or what it refers to, is missing or wrong. */

const servers = await openServers({ guests: 2 });
afterAll(() => servers.close());
const { objects, site } = servers;
const [guest, stranger] = site.guests as [typeof objects, typeof objects];
const { namespace } = objects;

describe('A connection', { concurrent: true }, () => {
  test('that is missing is named, until it is there', async () => {
    await objects.applyKey('early', { connectionRef: { name: 'late' }, preset: { beat: 'packetbeat' } });
    const early = await objects.refused('early', 'ConnectionNotFound');
    expect(await objects.kubectl(['describe', 'BeatApiKey', 'early'])).toMatch(
      `spec.connectionRef: there is no ElasticsearchConnection late in namespace ${namespace}`,
    );
    expect(condition(early, 'Stalled')?.status).toBe('True');
    await servers.apply('late', { urls: [site.node.url] });
    await servers.expectRecovered('early');
  });

  test('that breaks a rule which only the operator knows says which, and is looked at again when it is changed', async () => {
    const front = await servers.front();
    const policy = (roleDescriptor: object) => ({ urls: [front.url], policy: { roleDescriptor } });
    await servers.apply('invalid', policy({ cluster: ['monitor'], indexes: [] }));
    await servers.expectTold('invalid', {
      reason: 'InvalidSpec',
      says: 'spec.policy.roleDescriptor.indexes is not a known field (did you mean index?)',
    });
    await servers.expectCalm(() => front.seen.length);
    expect(front.seen).toEqual([]);
    await objects.patch('ElasticsearchConnection', 'invalid', { spec: { policy: null } });
    await servers.expectRecovered('invalid');
  });

  test('to a cluster of ECK that is not there names what ECK would have made', async () => {
    const { username, password } = site.user;
    await objects.apply(
      secret(namespace, 'eck-credential', { username, password }),
      {
        apiVersion: 'beatkeys.dev/v1alpha1',
        kind: 'ElasticsearchConnection',
        metadata: { name: 'eck', namespace },
        spec: { eckRef: { name: 'quickstart' }, auth: { basic: { secretRef: { name: 'eck-credential' } } } },
      },
      beatApiKey(namespace, 'eck', { connectionRef: { name: 'eck' }, preset: { beat: 'packetbeat' } }),
    );
    await servers.expectTold('eck', {
      reason: 'CertificateNotFound',
      says: `spec.eckRef: there is no Secret quickstart-es-http-certs-public in namespace ${namespace}`,
    });
  });

  test('that the API server can see is wrong is refused by kubectl', async () => {
    const apply = servers.apply('both', { urls: [site.node.url], eckRef: { name: 'elasticsearch' } });
    await expect(apply).rejects.toThrow(/must have exactly one of urls and eckRef/);
  });
});

describe('A namespace', { concurrent: true }, () => {
  const foreign = { connectionRef: { name: 'lent', namespace }, preset: { beat: 'packetbeat' } } as const;

  test('that is not selected is refused, until it is labelled; without the label its key goes on working', async () => {
    const label = `beatkeys.test/${guest.namespace}`;
    const selector = { matchLabels: { [label]: 'allowed' } };
    await servers.apply('lent', { urls: [site.node.url], allowedNamespaces: { from: 'Selector', selector } });
    await guest.apply(beatApiKey(guest.namespace, 'guest', foreign));
    const refused = await guest.refused('guest', 'NamespaceNotAllowed');
    const sentence = `the labels of namespace ${guest.namespace} do not match spec.allowedNamespaces.selector of ElasticsearchConnection ${namespace}/lent`;
    expect(await guest.kubectl(['describe', 'BeatApiKey', 'guest'])).toMatch(sentence);
    expect(await site.keys(refused)).toEqual([]);

    await guest.kubectl(['label', 'namespace', guest.namespace, `${label}=allowed`]);
    const ready = await guest.ready('guest');
    await guest.kubectl(['label', 'namespace', guest.namespace, `${label}-`]);
    await guest.refused('guest', 'NamespaceNotAllowed');
    await guest.patch('BeatApiKey', 'guest', { spec: { rotation: { request: 'now' } } });
    await servers.intervals(2);
    const stalled = await guest.refused('guest', 'NamespaceNotAllowed');
    expect(condition(stalled, 'Stalled')).toMatchObject({
      status: 'True',
      message: `${sentence}; the key in the Secret keeps working`,
    });
    expect(await site.keys(ready)).toMatchObject([{ id: ready.status?.keyID, invalidated: false }]);
    expect((await guest.data('guest'))['id']).toBe(ready.status?.keyID);
  });

  test('that may not use a connection is told that, and nothing of how the connection stands', async () => {
    const front = await servers.front();
    front.fault = () => ({ status: 500 });
    await servers.apply('private', { urls: [front.url] });
    const refused = await servers.connectionRefused('private', 'Unreachable');
    const spec = { connectionRef: { name: 'private', namespace }, preset: { beat: 'packetbeat' } } as const;
    await stranger.apply(beatApiKey(stranger.namespace, 'stranger', spec));
    await stranger.refused('stranger', 'NamespaceNotAllowed');
    const told = await stranger.kubectl(['describe', 'BeatApiKey', 'stranger']);
    expect(told).toMatch('may be used from its own namespace only (spec.allowedNamespaces.from: Same)');
    expect(told).not.toContain(condition(refused, 'Ready')?.message);
    expect(told).not.toMatch(/HTTP|http:|Unreachable/);
  });
});

describe('A credential', { concurrent: true }, () => {
  test('that is wrong is named, and used as soon as the Secret has the right one; a key is kept meanwhile', async () => {
    const front = await servers.front();
    const { username, password } = site.user;
    const credential = (text: string) =>
      objects.apply(secret(namespace, 'login-credential', { username, password: text }));
    await servers.apply('login', { urls: [front.url] }, { username, password: 'not-the-password' });
    const told = {
      reason: 'Unauthorized',
      says: "spec.auth.basic (Secret login-credential): Elasticsearch does not accept the operator's user name and password",
    };
    await servers.expectTold('login', told);
    await servers.expectCalm(() => front.seen.length);
    await credential(password);
    const ready = await servers.expectRecovered('login');

    await credential('not-the-password-again');
    await servers.connectionRefused('login', 'Unauthorized');
    const waiting = await objects.until(
      'BeatApiKey',
      'login',
      'ConnectionNotReady',
      (object) => condition(object, 'Ready')?.reason === 'ConnectionNotReady',
    );
    expect(condition(waiting, 'Ready')?.status).toBe('True');
    await credential(password);
    expect((await servers.expectRecovered('login')).status?.keyID).toBe(ready.status?.keyID);
  });

  test('that is missing is named, and each part of it', async () => {
    const front = await servers.front();
    await servers.apply('absent', {
      urls: [front.url],
      auth: { basic: { secretRef: { name: 'absent-secret', usernameKey: 'user' } } },
    });
    const expectTold = (says: string) => servers.expectTold('absent', { reason: 'CredentialsNotFound', says });
    await expectTold(`spec.auth.basic.secretRef: there is no Secret absent-secret in namespace ${namespace}`);
    const { username, password } = site.user;
    await objects.apply(secret(namespace, 'absent-secret', { username, password }));
    await objects.until(
      'ElasticsearchConnection',
      'absent',
      'the missing user',
      (object) => condition(object, 'Ready')?.message.includes('data key user') === true,
    );
    await expectTold('spec.auth.basic: Secret absent-secret has no data key user');
    const user = Buffer.from(username).toString('base64');
    await objects.patch('Secret', 'absent-secret', { data: { user, password: null } });
    await objects.until(
      'ElasticsearchConnection',
      'absent',
      'the missing password',
      (object) => condition(object, 'Ready')?.message.includes('data key password') === true,
    );
    await expectTold('spec.auth.basic: Secret absent-secret has no data key password');
    expect(front.seen).toEqual([]);
    await objects.apply(secret(namespace, 'absent-secret', { user: username, password }));
    await servers.expectRecovered('absent');
  });

  test('whose certificate authority is missing, or is none, is not sent', async () => {
    const identity = await serverIdentity();
    const front = servers.use(await startTlsFront(site.node, identity));
    await servers.apply('authority', {
      urls: [front.url],
      tls: { caRef: { kind: 'ConfigMap', name: 'authority-pem', key: 'root.pem' } },
    });
    const map = (data: Readonly<Record<string, string>>) =>
      objects.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'authority-pem', namespace }, data });
    const expectTold = async (says: string) => {
      await objects.until(
        'ElasticsearchConnection',
        'authority',
        says,
        (object) => condition(object, 'Ready')?.message.includes(says) === true,
      );
      await servers.expectTold('authority', { reason: 'CertificateNotFound', says });
    };
    await expectTold(`spec.tls.caRef: there is no ConfigMap authority-pem in namespace ${namespace}`);
    await map({ 'ca.crt': identity.cert });
    await expectTold('spec.tls.caRef: data key root.pem is missing or empty in ConfigMap authority-pem');
    await map({ 'root.pem': 'not a certificate' });
    await expectTold(
      `spec.tls.caRef (data key root.pem of ConfigMap authority-pem in namespace ${namespace}): The certificate authority is not a certificate in PEM form`,
    );
    expect(front.handshakes).toBe(0);
    await map({ 'root.pem': identity.cert });
    await servers.expectRecovered('authority');
  });
});

describe('A user', { concurrent: true }, () => {
  test.each([
    [
      'monitor',
      ['manage_own_api_key'],
      /The operator's user lacks the cluster privilege monitor, which GET \/ needs; grant it/,
    ],
    [
      'manage-own',
      ['monitor'],
      /User \S+ lacks the cluster privilege manage_own_api_key, without which it can make no keys; grant it/,
    ],
  ])('without the privilege of its own (%s) is told which, until it holds it', async (name, cluster, says) => {
    await using user = await createLendingUser(site.node, { ...everyPreset, cluster });
    const front = await servers.front();
    await servers.apply(name, { urls: [front.url] }, user);
    await servers.expectTold(name, { reason: 'PrivilegesMissing', says });
    await servers.expectCalm(() => front.seen.length);
    await user.hold(everyPreset);
    await servers.expectRecovered(name);
    await objects.remove('BeatApiKey', name);
    await objects.untilGone('BeatApiKey', name);
  });

  test('that loses what it lent keeps the key, and makes no other before it has the privileges again', async () => {
    await using user = await createLendingUser(site.node, everyPreset);
    await servers.apply('cut', { urls: [site.node.url] }, user);
    const ready = await servers.expectRecovered('cut');
    await user.hold({ cluster: ['manage_own_api_key', 'monitor'], indices: [] });
    await objects.patch('BeatApiKey', 'cut', { spec: { rotation: { request: 'now' } } });
    const refused = await objects.refused('cut', 'PrivilegesMissing');
    expect(condition(refused, 'Stalled')?.message).toMatch(
      /^the connection's user cannot pass on what it does not hold itself: cluster: .*; the key in the Secret keeps working$/,
    );
    expect((await site.keys(ready)).filter(isLiving).map(({ id }) => id)).toEqual([ready.status?.keyID]);
    await user.hold(everyPreset);
    await objects.rotated('cut', ready);
    await servers.expectRecovered('cut');
    await objects.remove('BeatApiKey', 'cut');
    await objects.untilGone('BeatApiKey', 'cut');
  });
});
