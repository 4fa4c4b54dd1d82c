import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { aKeyRequest, calm, open, targetOf } from './elasticsearch-fixture.ts';

/** How the adapter reaches a real cluster, or does not: certificates, several URLs, broken connections. */

const failure = async (outcome: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new TypeError('expected a Failure', { cause: error });
  return error;
};

const listen = async (server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};
const closedPort = async (): Promise<string> => `http://127.0.0.1:${(await freePorts(1))[0]}`;

const certificate = (given: { notAfter?: Date; notBefore?: Date } = {}) =>
  generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: given.notBefore ?? new Date(Date.now() - 86_400_000),
    notAfterDate: given.notAfter ?? new Date(Date.now() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });

const secure = elasticsearchVersions().filter((version) => elasticsearch(version).ca !== undefined);

describe.each(secure)('the certificate of Elasticsearch %s', (version) => {
  const node = elasticsearch(version);
  afterAll(() => node.close());

  test('is checked against the authority given', async () => {
    const { cert: ca } = await certificate();
    await using store = open({ ...targetOf(node), ca });
    expect(await failure(store.keys.contact(calm))).toMatchObject({
      kind: 'unavailable',
      code: 'CERT_UNTRUSTED',
      outcomeUnknown: false,
      detail: expect.stringContaining('spec.tls.caRef') as string,
    });
  });

  test('is checked against public authorities where none is given', async () => {
    const { ca: _, ...target } = targetOf(node);
    await using store = open(target);
    expect(await failure(store.keys.contact(calm))).toMatchObject({ code: 'CERT_UNTRUSTED' });
  });

  test('is checked against the server name', async () => {
    await using store = open({ ...targetOf(node), serverName: 'other.example' });
    expect(await failure(store.keys.contact(calm))).toMatchObject({
      code: 'CERT_NAME_MISMATCH',
      detail: expect.stringContaining('spec.tls.serverName') as string,
    });
    await using named = open({ ...targetOf(node), serverName: 'localhost' });
    expect(await named.keys.contact(calm)).toMatchObject({ version });
  });

  test('is asked for by a URL that says http', async () => {
    await using store = open({ ...targetOf(node), urls: [node.url.replace('https:', 'http:')] });
    const { kind, detail } = await failure(store.keys.contact(calm));
    expect([kind, detail]).toEqual(['unavailable', expect.stringContaining('https:')]);
  });
});

describe('a certificate', () => {
  test.each([
    ['expired', 'CERT_HAS_EXPIRED', { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }],
    ['not valid yet', 'CERT_NOT_YET_VALID', { notBefore: new Date(Date.now() + 3_600_000) }],
  ])('that is %s is named so', async (_what, code, validity) => {
    const { private: key, cert } = await certificate(validity);
    const port = await listen(createTlsServer({ key, cert }, (_request, response) => response.end()));
    await using store = open({ urls: [`https://127.0.0.1:${port}`], ca: cert });
    expect(await failure(store.keys.contact(calm))).toMatchObject({ kind: 'unavailable', code, outcomeUnknown: false });
  });

  test('is missed where the server speaks no TLS', async () => {
    const port = await listen(createServer((_request, response) => response.end()));
    await using store = open({ urls: [`https://127.0.0.1:${port}`] });
    const { detail } = await failure(store.keys.contact(calm));
    expect(detail).toBe(`The server does not speak TLS at this port; is the URL http:? (https://127.0.0.1:${port})`);
  });
});

describe('several URLs', () => {
  const node = elasticsearch();
  const other = elasticsearchVersions().at(-1);
  afterAll(() => node.close());

  test('carry on where one of them is closed', async () => {
    const target = targetOf(node);
    await using store = open({ ...target, urls: [await closedPort(), ...target.urls, await closedPort()] });
    expect(await store.keys.contact(calm)).toMatchObject({ version: node.version });
    for (let call = 0; call < 6; call += 1) {
      expect(await store.keys.tryPrivileges('own', { w: { cluster: ['monitor'] } }, calm)).toMatchObject({
        accepted: true,
      });
    }
  });

  test('must lead to one cluster', async () => {
    const elsewhere = elasticsearch(other);
    const target = targetOf(elsewhere);
    await using store = open({ ...target, urls: [...target.urls, node.url] });
    expect(await failure(store.keys.contact(calm))).toMatchObject({ kind: 'unsupported', code: 'ClusterMismatch' });
    await elsewhere.close();
  });

  test('are no reason to make a key twice when one breaks after it got the request', async () => {
    const proxy = await cuttingProxy(node.url);
    const target = targetOf(node);
    const request = aKeyRequest();
    await using store = open({ ...target, urls: [proxy, ...target.urls] });
    expect(await failure(store.keys.create(request, calm))).toMatchObject({
      kind: 'unavailable',
      outcomeUnknown: true,
    });
    await store.keys.create(request, calm);
    await vi.waitFor(async () => expect(await store.keys.inventory(request.mark.installation, calm)).toHaveLength(2), {
      timeout: 20_000,
      interval: 200,
    });
  });
});

/** A proxy that passes the request on and ends the connection instead of the answer. */
async function cuttingProxy(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createTcpServer((client: Socket) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream);
    upstream.once('data', () => {
      client.destroy();
      upstream.destroy();
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  return `http://127.0.0.1:${await listen(server as unknown as Server)}`;
}
