import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { TlsOptions } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { secret } from './manifests.ts';
import { createAuthority, selfSigned, type Wanted } from './trouble/certificates.ts';
import { startTlsFront, type Identity, type TlsFront } from './trouble/servers.ts';
import { openServers } from './trouble/servers-world.ts';

/**
 * Which check of TLS failed is said, and nothing is sent before all have passed: not even where Node's environment
 * switches them off, or names proxies, which are not used either.
 */

/** Takes note of everybody who comes. */
let visitors = 0;
const proxy = createServer((socket) => {
  visitors += 1;
  socket.destroy();
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');
const proxyURL = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];

const servers = await openServers({
  settings: {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_USE_ENV_PROXY: '1',
    ...Object.fromEntries(PROXIES.map((name) => [name, proxyURL])),
    NO_PROXY: '',
  },
});
afterAll(async () => {
  await servers.close();
  proxy.close();
});
const { objects, site } = servers;
const { namespace } = objects;

const authority = await createAuthority('the right one');
const another = await createAuthority('another one');
const UNTRUSTED =
  'The certificate is not signed by a trusted authority; set spec.tls.caRef to the certificate authority of the cluster';
const hour = 3_600_000;

interface Odd {
  readonly name: string;
  readonly identity: () => Promise<Identity>;
  readonly options?: TlsOptions;
  /** The bundle; `null`: there is none. Left out: the right authority's certificate. */
  readonly ca?: string | null;
  readonly reason?: string;
  readonly says: string;
}

const issued = (wanted: Wanted = {}) => ({ identity: () => authority.issue(wanted) });
const ODD: readonly Odd[] = [
  { name: 'unknown-authority', ...issued(), ca: another.cert, says: UNTRUSTED },
  { name: 'no-bundle', ...issued(), ca: null, says: UNTRUSTED },
  {
    name: 'self-signed',
    identity: selfSigned,
    says: 'The certificate is self-signed and not trusted; set spec.tls.caRef to this certificate',
  },
  {
    name: 'expired',
    ...issued({ notAfter: new Date(Date.now() - hour) }),
    says: 'A certificate of the server has expired; it needs renewing',
  },
  {
    name: 'early',
    ...issued({ notBefore: new Date(Date.now() + hour) }),
    says: 'A certificate of the server is not valid yet; check the clocks',
  },
  {
    name: 'other-name',
    ...issued({ hosts: ['es.example'], notLocal: true }),
    says: 'The certificate is for another name than the URL; set spec.tls.serverName to a name that it carries',
  },
  { name: 'for-clients', ...issued({ forClients: true }), says: 'The certificate is not one for servers' },
  {
    name: 'too-old',
    ...issued(),
    options: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    reason: 'Unreachable',
    says: 'The server speaks only versions of TLS that are not safe any more; it needs TLS 1.2 or newer',
  },
  {
    name: 'asks-for-client',
    ...issued(),
    options: { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
    reason: 'Unreachable',
    says: 'The server ends the TLS handshake; does it ask for a client certificate? Beatkeys has none',
  },
];

const bundle = (name: string, text: string) => objects.apply(secret(namespace, `${name}-ca`, { 'ca.crt': text }));

/** A connection to the front whose bundle is in Secret NAME-ca, if it has one. */
async function connect(name: string, { url }: Pick<TlsFront, 'url'>, ca: string | null): Promise<void> {
  if (ca !== null) await bundle(name, ca);
  const tls = ca === null ? {} : { tls: { caRef: { kind: 'Secret' as const, name: `${name}-ca` } } };
  await servers.apply(name, { urls: [url], ...tls });
}

describe.each(ODD)('A server ($name)', { concurrent: true }, ({ name, identity, options, ca, reason, says }) => {
  test('is told in our words and sent nothing, until it is as it should be', async () => {
    const front = servers.use(await startTlsFront(site.node, await identity(), options));
    await connect(name, front, ca === undefined ? authority.cert : ca);
    await servers.expectTold(name, {
      reason: reason ?? 'CertificateInvalid',
      ...(reason === undefined ? {} : { keyReason: 'Unavailable' }),
      says: `${says} (${front.url})`,
    });
    expect(front.handshakes).toBeGreaterThan(0);
    expect(front.received).toBe(0);
    if (options !== undefined) return;
    front.renew(await authority.issue());
    if (ca === null)
      await objects.patch('ElasticsearchConnection', name, { spec: { urls: [(await servers.front()).url] } });
    else if (ca !== undefined) await bundle(name, `${another.cert}\n${authority.cert}`);
    await servers.expectRecovered(name);
  });
});

test('A server that speaks no TLS is told so', { concurrent: true }, async () => {
  const front = await servers.front();
  const url = front.url.replace('http:', 'https:');
  await connect('plain', { url }, authority.cert);
  await servers.expectTold('plain', {
    reason: 'Unreachable',
    keyReason: 'Unavailable',
    says: `The server does not speak TLS at this port; is the URL http:? (${url})`,
  });
  expect(front.seen).toEqual([]);
});

test('A bundle may be empty or no certificate at all, and is told', { concurrent: true }, async () => {
  const front = servers.use(await startTlsFront(site.node, await authority.issue()));
  await connect('bundle', front, '  \n');
  await servers.expectTold('bundle', {
    reason: 'CertificateNotFound',
    says: `spec.tls.caRef: data key ca.crt is missing or empty in Secret bundle-ca in namespace ${namespace}`,
  });
  await bundle('bundle', '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----');
  await servers.expectTold('bundle', {
    reason: 'CertificateNotFound',
    says: `spec.tls.caRef (data key ca.crt of Secret bundle-ca in namespace ${namespace}): The certificate authority is not a certificate in PEM form`,
  });
  expect(front.handshakes).toBe(0);
  await bundle('bundle', authority.cert);
  await servers.expectRecovered('bundle');
});

test(
  'A bundle of several authorities, in a ConfigMap, outlasts the change from one to the other without a restart',
  { concurrent: true },
  async () => {
    const front = servers.use(await startTlsFront(site.node, await authority.issue()));
    const data = { 'ca.crt': `# the old one\n${authority.cert}\n# the new one\n${another.cert}` };
    await objects.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'several', namespace }, data });
    const tls = { caRef: { kind: 'ConfigMap', name: 'several' } } as const;
    await servers.apply('several', { urls: [front.url], tls });
    await servers.expectRecovered('several');
    front.renew(await another.issue({ hosts: ['es.example'], notLocal: true }));
    const handshakes = front.handshakes;
    // Another server name takes new connections, with the checks anew.
    await objects.patch('ElasticsearchConnection', 'several', { spec: { tls: { serverName: 'es.example' } } });
    await servers.intervals(2);
    await servers.expectRecovered('several');
    expect(front.handshakes).toBeGreaterThan(handshakes);
    expect(servers.operator.runs).toBe(true);
  },
);

test('No proxy that the environment names was ever asked', () => {
  expect(visitors).toBe(0);
});
