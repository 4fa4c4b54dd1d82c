import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ElasticsearchConnection } from '../../src/api/types.ts';
import { openServices } from './eck/services.ts';
import { secret, type Manifest } from './manifests.ts';
import { condition } from './objects.ts';
import { createAuthority } from './trouble/certificates.ts';
import { closedPort, startTlsFront } from './trouble/servers.ts';
import { openServers } from './trouble/servers-world.ts';

/**
 * The example for a cluster of ECK, with the objects that ECK would make, step by step. Names and contents:
 * https://github.com/elastic/cloud-on-k8s, pkg/apis/elasticsearch/v1/name.go,
 * pkg/controller/common/certificates/public_secret.go, pkg/controller/elasticsearch/user/predefined.go
 */

const services = await openServices();
const servers = await openServers({ settings: services.settings });
afterAll(async () => {
  await servers.close();
  await services[Symbol.asyncDispose]();
});
const { objects, site } = servers;
const { namespace } = objects;
const { username, password } = site.user;

const CLUSTER = 'elasticsearch';
const host = `${CLUSTER}-es-http.${namespace}.svc`;
const labels = {
  'common.k8s.elastic.co/type': 'elasticsearch',
  'elasticsearch.k8s.elastic.co/cluster-name': CLUSTER,
};

/** What ECK makes, with its labels. */
const byECK = (manifest: Manifest): Manifest => ({ ...manifest, metadata: { ...manifest.metadata, labels } });
const publicCertificates = (data: Readonly<Record<string, string>>) =>
  objects.apply(byECK(secret(namespace, `${CLUSTER}-es-http-certs-public`, data)));
const service: Manifest = byECK({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `${CLUSTER}-es-http`, namespace },
  spec: {
    type: 'ClusterIP',
    ports: [{ name: 'https', port: 9200, protocol: 'TCP', targetPort: 9200 }],
    selector: labels,
  },
});

/** The example's objects, in the namespace of the test. */
async function example(): Promise<readonly Manifest[]> {
  const text = await readFile(path.resolve(import.meta.dirname, '../../examples/eck.yaml'), 'utf8');
  return parseAllDocuments(text.replaceAll(/namespace: elastic\b/g, `namespace: ${namespace}`)).map(
    (document) => document.toJS() as Manifest,
  );
}

const says = (name: string, text: string) =>
  objects.until('ElasticsearchConnection', name, text, (object) => message(object).includes(text));
const message = (object: ElasticsearchConnection): string => condition(object, 'Ready')?.message ?? '';
const keyOf = (name: string, on: string) =>
  objects.applyKey(name, { connectionRef: { name: on }, preset: { beat: 'packetbeat' } });

test('The example works once ECK has made its objects, says which are missing, and follows their renewal', async () => {
  const hosts = [host, `${CLUSTER}-es-http.${namespace}.es.local`];
  const first = await createAuthority(CLUSTER);
  const front = servers.use(await startTlsFront(site.node, await first.issue({ hosts, notLocal: true })));

  await objects.apply(...(await example()));
  const user = await says(
    'eck',
    `spec.auth.basic.secretRef: there is no Secret beatkeys-user in namespace ${namespace}`,
  );
  expect(condition(user, 'Stalled')).toMatchObject({ status: 'True', reason: 'CredentialsNotFound' });
  await objects.apply({
    ...secret(namespace, 'beatkeys-user', { username, password, roles: 'beatkeys' }),
    type: 'kubernetes.io/basic-auth',
  });

  const certificates = await says(
    'eck',
    `spec.eckRef: there is no Secret ${CLUSTER}-es-http-certs-public in namespace ${namespace}; ECK makes it for a cluster with TLS, and one without is reached by spec.urls`,
  );
  expect(condition(certificates, 'Stalled')).toMatchObject({ status: 'True', reason: 'CertificateNotFound' });
  await publicCertificates({ 'tls.crt': '', 'ca.crt': '' });
  await says(
    'eck',
    `spec.eckRef: data key ca.crt or tls.crt is missing or empty in Secret ${CLUSTER}-es-http-certs-public`,
  );
  await publicCertificates({ 'tls.crt': (await first.issue({ hosts })).cert, 'ca.crt': first.cert });

  const unknown = await says('eck', `spec.eckRef: DNS knows no Service ${CLUSTER}-es-http in namespace ${namespace}`);
  expect(condition(unknown, 'Ready')?.reason).toBe('ClusterNotFound');
  expect(condition(unknown, 'Reconciling')?.status).toBe('True');
  await objects.apply(service);
  await services.lead(`${host}:9200`, await closedPort());
  await says('eck', `spec.eckRef: no pod is ready behind Service ${CLUSTER}-es-http in namespace ${namespace}`);

  await services.lead(`${host}:9200`, front.port);
  const ready = await objects.ready('packetbeat-on-eck');
  expect(await (await site.beat('packetbeat-on-eck')).authenticate()).toBe(200);
  expect(front.received).toBeGreaterThan(0);

  // ECK renews its authority: the Secret is there a moment before the nodes show the new certificate.
  const second = await createAuthority(CLUSTER);
  await publicCertificates({ 'tls.crt': (await second.issue({ hosts })).cert, 'ca.crt': second.cert });
  await says('eck', 'The certificate is not signed by a trusted authority');
  front.renew(await second.issue({ hosts, notLocal: true }));
  await says('eck', `user ${username}`);
  await keyOf('after-renewal', 'eck');
  await objects.ready('after-renewal');
  expect((await objects.ready('packetbeat-on-eck')).status?.keyID).toBe(ready.status?.keyID);
  expect(servers.operator.runs).toBe(true);

  // A certificate of the user's own comes without an authority.
  const own = await (await createAuthority('company')).issue({ hosts, notLocal: true });
  await publicCertificates({ 'tls.crt': own.cert.split(/(?<=-----END CERTIFICATE-----)\n/)[0] ?? '', 'ca.crt': '' });
  front.renew(own);
  await says('eck', `user ${username}`);
  await keyOf('own-certificate', 'eck');
  await objects.ready('own-certificate');
});

test('A user as ECK lays it out, its name being the data key of its password, is taken', async () => {
  const authority = await createAuthority('other');
  const front = servers.use(await startTlsFront(site.node, await authority.issue()));
  await objects.apply(byECK(secret(namespace, 'other-es-elastic-user', { [username]: password })));
  await objects.apply(secret(namespace, 'other-ca', { 'ca.crt': authority.cert }));
  await objects.apply({
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { name: 'other', namespace },
    spec: {
      urls: [front.url],
      tls: { caRef: { kind: 'Secret', name: 'other-ca' } },
      auth: { basic: { username, secretRef: { name: 'other-es-elastic-user', passwordKey: username } } },
    },
  });
  await keyOf('on-other', 'other');
  await objects.ready('on-other');
});
