import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { createLendingUser, everyPreset } from './lending-user.ts';
import { secret } from './manifests.ts';
import { condition } from './objects.ts';
import { keysOf } from './server-keys.ts';
import { closedPort, playServer, playSilence, serverIdentity, startTlsFront } from './trouble/servers.ts';
import { createTwin, openServers } from './trouble/servers-world.ts';

/** What a user sees where something else answers than the Elasticsearch that was meant. */

const servers = await openServers();
afterAll(() => servers.close());
const { objects, site } = servers;

const pem = (name: string, text: string) => secret(objects.namespace, name, { 'ca.crt': text });
const caRef = (name: string) => ({ kind: 'Secret', name }) as const;

describe('A URL', { concurrent: true }, () => {
  test('at which nothing listens is named, until something does', async () => {
    const port = await closedPort();
    await servers.apply('closed', { urls: [`http://127.0.0.1:${port}`] });
    await servers.expectTold('closed', {
      reason: 'Unreachable',
      keyReason: 'Unavailable',
      says: `Nothing listens at the address; check the host and port of the URL (http://127.0.0.1:${port})`,
    });
    const front = await servers.front(port);
    await servers.expectRecovered('closed');
    expect(await objects.event('closed', 'ConnectionRestored')).toContain('Elasticsearch');
    await servers.expectCalm(() => front.seen.length);
  });

  test('that accepts and never answers is given up in time, until it answers', async () => {
    const silence = servers.use(await playSilence());
    await servers.apply('silent', { urls: [silence.url] });
    await servers.expectTold('silent', {
      reason: 'Unreachable',
      keyReason: 'Unavailable',
      says: `No answer came in time (${silence.url})`,
    });
    await servers.expectCalm(() => silence.seen.length);
    const front = await servers.front();
    await objects.patch('ElasticsearchConnection', 'silent', { spec: { urls: [front.url] } });
    await servers.expectRecovered('silent');
  });

  test.each([
    ['page', 'a page', { 'content-type': 'text/html' }, '<html>Welcome</html>'],
    [
      'product',
      'JSON of another product',
      { 'content-type': 'application/json' },
      '{"name":"opensearch","cluster_uuid":"pzoM0gEQSiOli-IqUTg_pg","version":{"number":"2.11.0","distribution":"opensearch"}}',
    ],
    [
      'impostor',
      'JSON of another product that says it is Elasticsearch',
      { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' },
      '{"hello":"world"}',
    ],
  ])('%s: %s is not Elasticsearch, until it is', async (name, _what, headers, body) => {
    const played = servers.use(await playServer((_request, response) => response.writeHead(200, headers).end(body)));
    await servers.apply(name, { urls: [played.url] });
    await servers.expectTold(name, {
      reason: 'NotElasticsearch',
      says: `What answers at the URL is not Elasticsearch (${played.url})`,
    });
    await servers.expectCalm(() => played.seen.length);
    const front = await servers.front();
    await objects.patch('ElasticsearchConnection', name, { spec: { urls: [front.url] } });
    await servers.expectRecovered(name);
  });

  test('that answers with an error page is tried again with pauses', async () => {
    const front = await servers.front();
    front.fault = () => ({ status: 500, body: 'secret-looking words of the server' });
    await servers.apply('broken', { urls: [front.url] });
    await servers.expectTold('broken', {
      reason: 'Unreachable',
      keyReason: 'Unavailable',
      says: `Elasticsearch answers HTTP 500 (${front.url})`,
    });
    expect(await objects.kubectl(['describe', 'ElasticsearchConnection', 'broken'])).not.toContain('secret-looking');
    await servers.expectCalm(() => front.seen.length);
    front.fault = () => undefined;
    await servers.expectRecovered('broken');
  });

  test.each([301, 302, 303, 307, 308])(
    'that redirects (%i) is not followed: the credential goes nowhere else',
    async (status) => {
      const name = `redirect-${status}`;
      const target = servers.use(await playServer((_request, response) => response.end('{}')));
      const location = `${target.url}/words-of-the-server`;
      const redirect = servers.use(
        await playServer((_request, response) => response.writeHead(status, { location }).end()),
      );
      await servers.apply(name, { urls: [redirect.url] });
      await servers.expectTold(name, {
        reason: 'NotElasticsearch',
        says: `The URL answers with a redirect, which is not followed; set the URL that it leads to (${redirect.url})`,
      });
      await servers.expectCalm(() => redirect.seen.length);
      const front = await servers.front();
      await objects.patch('ElasticsearchConnection', name, { spec: { urls: [front.url] } });
      await servers.expectRecovered(name);
      // Nor is a request that a redirect meets later on, be it for a key or made with one.
      front.fault = ({ method, url, headers }) => {
        const withKey = headers.authorization?.startsWith('ApiKey ') === true;
        const makesKey = method === 'PUT' && url.pathname.startsWith('/_security/api_key');
        return makesKey || withKey ? { status, headers: { location } } : undefined;
      };
      await objects.patch('BeatApiKey', name, { spec: { rotation: { request: 'now' } } });
      await servers.intervals(2);
      expect(target.seen).toEqual([]);
      for (const kind of ['ElasticsearchConnection', 'BeatApiKey'])
        expect(await objects.kubectl(['describe', kind, name])).not.toContain('words-of-the-server');
      expect(servers.operator.lines.filter((line) => line.includes('words-of-the-server'))).toEqual([]);
      front.fault = () => undefined;
      await servers.expectRecovered(name);
    },
  );

  test('of an Elasticsearch that is too old is refused, until it is upgraded', async () => {
    const front = await servers.front();
    front.fault = ({ url }) =>
      url.pathname === '/'
        ? { rewrite: (body) => body.replace(/"number" : "[^"]+"/, '"number" : "8.4.3"') }
        : undefined;
    await servers.apply('old', { urls: [front.url] });
    await servers.expectTold('old', {
      reason: 'UnsupportedVersion',
      says: 'Elasticsearch 8.4 is too old; Beatkeys needs 8.5 or newer',
    });
    await servers.expectCalm(() => front.seen.length);
    front.fault = () => undefined;
    await servers.expectRecovered('old');
  });

  test('with http: is used, with a warning', async () => {
    const front = await servers.front();
    await servers.apply('plain', { urls: [front.url] });
    await servers.expectRecovered('plain');
    expect(await objects.event('plain', 'PlainHTTP')).toBe(
      'spec.urls has http://: the password and every key travel in clear',
    );
    expect(await objects.kubectl(['describe', 'ElasticsearchConnection', 'plain'])).toMatch(
      /Message: .*credentials travel in clear, since spec.urls has http:/,
    );
  });
});

describe('A certificate', { concurrent: true }, () => {
  test('of an authority that is not the one given is refused, until the right one is given', async () => {
    const front = servers.use(await startTlsFront(site.node, await serverIdentity()));
    const right = await serverIdentity();
    const other = await serverIdentity();
    front.renew(right);
    await objects.apply(pem('wrong-ca-pem', other.cert));
    await servers.apply('wrong-ca', { urls: [front.url], tls: { caRef: caRef('wrong-ca-pem') } });
    await servers.expectTold('wrong-ca', { reason: 'CertificateInvalid', says: /spec\.tls\.caRef.*\(https:/ });
    await servers.expectCalm(() => front.handshakes);
    await servers.expectTold('wrong-ca', { reason: 'CertificateInvalid', says: /spec\.tls\.caRef.*\(https:/ });
    await objects.apply(pem('wrong-ca-pem', right.cert));
    await servers.expectRecovered('wrong-ca');
  });

  test('for another name is refused, until spec.tls.serverName names it', async () => {
    const named = await serverIdentity({ host: 'es.example' });
    const front = servers.use(await startTlsFront(site.node, named));
    await objects.apply(pem('other-name-pem', named.cert));
    await servers.apply('other-name', { urls: [front.url], tls: { caRef: caRef('other-name-pem') } });
    await servers.expectTold('other-name', {
      reason: 'CertificateInvalid',
      says: `The certificate is for another name than the URL; set spec.tls.serverName to a name that it carries (${front.url})`,
    });
    await objects.patch('ElasticsearchConnection', 'other-name', { spec: { tls: { serverName: 'es.example' } } });
    await servers.expectRecovered('other-name');
  });

  test('that has expired is refused, until the server has another', async () => {
    const expired = await serverIdentity({ expired: true });
    const renewed = await serverIdentity();
    const front = servers.use(await startTlsFront(site.node, expired));
    await objects.apply(pem('expired-pem', `${expired.cert}\n${renewed.cert}`));
    await servers.apply('expired', { urls: [front.url], tls: { caRef: caRef('expired-pem') } });
    await servers.expectTold('expired', {
      reason: 'CertificateInvalid',
      says: `A certificate of the server has expired; it needs renewing (${front.url})`,
    });
    await servers.expectCalm(() => front.handshakes);
    front.renew(renewed);
    await servers.expectRecovered('expired');
  });
});

const [, other] = elasticsearchVersions();

describe.skipIf(other === undefined)('Another cluster', { concurrent: true }, () => {
  const elsewhere = elasticsearch(other);
  afterAll(() => elsewhere.close());

  test('behind one of several URLs is refused, until it is taken away', async () => {
    const [one, two] = [await servers.front(), await servers.front()];
    two.upstream = elsewhere;
    await using user = await createLendingUser(site.node, everyPreset);
    await using _twin = await createTwin(elsewhere, user);
    await servers.apply('two-clusters', { urls: [one.url, two.url] }, user);
    await servers.expectTold('two-clusters', {
      reason: 'ClusterChanged',
      says: /The URLs lead to different clusters: http:\S+ to \S+, http:\S+ to \S+; give those of one cluster/,
    });
    await servers.expectCalm(() => one.seen.length);
    await objects.patch('ElasticsearchConnection', 'two-clusters', { spec: { urls: [one.url] } });
    const { status } = await servers.expectRecovered('two-clusters');
    expect(status?.connection?.version).toBe(site.node.version);
  });

  test('behind the URL later is not trusted with a key before spec.clusterUUID confirms it', async () => {
    const front = await servers.front();
    await using user = await createLendingUser(site.node, everyPreset);
    await using _twin = await createTwin(elsewhere, user);
    await servers.apply('moved', { urls: [front.url] }, user);
    const before = await servers.expectRecovered('moved');
    const first = before.status?.connection?.clusterUUID;
    // Right after the last request of a look at the cluster: what is asked next is answered by the other one.
    front.fault = ({ url }) => {
      if (url.pathname === '/_license') front.upstream = elsewhere;
      return undefined;
    };
    const moved = await servers.connectionRefused('moved', 'ClusterChanged');
    const [, second] =
      /^cluster (\S+) answers, (\S+) is the one met first/.exec(condition(moved, 'Ready')?.message ?? '') ?? [];
    expect(await objects.kubectl(['describe', 'ElasticsearchConnection', 'moved'])).toMatch(
      `cluster ${second} answers, ${first} is the one met first; set spec.clusterUUID to ${second} if the change is meant: every key is then made anew`,
    );
    // Not even a rotation that a person asks for is carried out there.
    await objects.patch('BeatApiKey', 'moved', { spec: { rotation: { request: 'now' } } });
    await servers.expectCalm(() => front.seen.length);
    const waiting = await objects.until(
      'BeatApiKey',
      'moved',
      'ConnectionNotReady',
      (object) => condition(object, 'Ready')?.reason === 'ConnectionNotReady',
    );
    expect(condition(waiting, 'Ready')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/spec\.clusterUUID.*the key in the Secret keeps working$/) as string,
    });
    expect(await keysOf(elsewhere, before.metadata.uid)).toEqual([]);
    expect(await site.keys(before)).toMatchObject([{ id: before.status?.keyID, invalidated: false }]);

    await objects.patch('ElasticsearchConnection', 'moved', { spec: { clusterUUID: second } });
    const after = await objects.rotated('moved', before);
    expect(after.status).toMatchObject({
      lastRotation: { reason: 'ClusterChanged' },
      connection: { clusterUUID: second },
    });
    const { encoded = '' } = await objects.data('moved');
    const { status } = await elsewhere.request('GET', '/_security/_authenticate', undefined, {
      as: { apiKey: encoded },
    });
    expect(status).toBe(200);
    expect(await keysOf(elsewhere, before.metadata.uid)).toMatchObject([
      { id: after.status?.keyID, invalidated: false },
    ]);
  });
});
