import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GenericContainer, ImageName, Wait, getContainerRuntimeClient } from 'testcontainers';
import type { ContainerRuntimeClient } from 'testcontainers';
import { localCertificate } from './elasticsearch/certificate.ts';
import { connectElasticsearch } from './elasticsearch/client.ts';
import { elasticPassword } from './elasticsearch/distribution.ts';
import { elasticsearchVersions } from './elasticsearch/releases.ts';
import { administer } from './kubernetes/administrator.ts';
import { installCrds } from './kubernetes/client.ts';
import { temporaryFolder } from './leftovers.ts';
import { withProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import type { Provider } from './servers.ts';

const k3sImage = 'rancher/k3s:v1.35.4-k3s1';
const elasticsearchImage = (version: string) => `docker.elastic.co/elasticsearch/elasticsearch:${version}`;

/**
 * The servers as containers, where a Docker engine answers and has or gets the images. Written after the documentation
 * of the images and of testcontainers; it counts as unverified until somebody reports a run of it.
 */
export const docker: Provider = {
  name: 'docker',
  missing: async (progress) => {
    const engine = await getContainerRuntimeClient().catch(() => undefined);
    if (engine === undefined) return ['No Docker engine answers: start one.'];
    try {
      for (const image of [k3sImage, ...elasticsearchVersions.map(elasticsearchImage)]) {
        await fetchImage(engine, image, progress);
      }
      return [];
    } catch {
      return ['The Docker engine cannot get the images of k3s and Elasticsearch: let it reach their registries.'];
    }
  },
  versions: () => Promise.resolve(elasticsearchVersions),
  startControlPlane: async ({ crds }, progress) => {
    const folder = temporaryFolder('k3s');
    const container = await withProgress(progress, 'starting k3s', () =>
      new GenericContainer(k3sImage)
        .withPrivilegedMode()
        .withTmpFs({ '/run': 'rw', '/var/run': 'rw' })
        .withCommand(['server', '--disable=traefik,metrics-server', '--tls-san=localhost'])
        .withExposedPorts(6443)
        .withWaitStrategy(Wait.forLogMessage('Node controller sync successful'))
        .withStartupTimeout(180_000)
        .start(),
    );
    try {
      const { output } = await container.exec(['cat', '/etc/rancher/k3s/k3s.yaml']);
      const server = `https://${container.getHost()}:${container.getMappedPort(6443)}`;
      const kubeconfig = path.join(folder.path, 'k3s.yaml');
      await writeFile(kubeconfig, output.replace('https://127.0.0.1:6443', server), { mode: 0o600 });
      const { plane } = await administer(kubeconfig, folder.path, progress);
      if (crds !== undefined) await installCrds(plane, crds);
      const stop = async () => {
        await container.stop();
        await folder.remove();
      };
      return { ...plane, startNodes: () => Promise.resolve(), stop };
    } catch (error) {
      await container.stop();
      await folder.remove();
      throw error;
    }
  },
  startElasticsearch: async ({ version, tls = false, license = 'trial', security = true, port }, progress) => {
    const { key, certificate } = await localCertificate();
    const config = '/usr/share/elasticsearch/config';
    const container = await withProgress(progress, `starting Elasticsearch ${version}`, () =>
      new GenericContainer(elasticsearchImage(version))
        .withEnvironment({
          'discovery.type': 'single-node',
          'xpack.security.enabled': String(security),
          'xpack.security.enrollment.enabled': 'false',
          'xpack.security.http.ssl.enabled': String(tls),
          ...(tls && { 'xpack.security.http.ssl.key': 'http.key', 'xpack.security.http.ssl.certificate': 'http.crt' }),
          'xpack.license.self_generated.type': license,
          'cluster.routing.allocation.disk.threshold_enabled': 'false',
          ELASTIC_PASSWORD: elasticPassword,
          ES_JAVA_OPTS: '-Xms512m -Xmx512m',
        })
        .withCopyContentToContainer([
          { content: key, target: `${config}/http.key`, mode: 0o644 },
          { content: certificate, target: `${config}/http.crt`, mode: 0o644 },
        ])
        .withExposedPorts(port === undefined ? 9200 : { container: 9200, host: port })
        .withWaitStrategy(Wait.forLogMessage(/"?started/))
        .withStartupTimeout(180_000)
        .start(),
    );
    const url = `${tls ? 'https' : 'http'}://${container.getHost()}:${container.getMappedPort(9200)}`;
    const node = connectElasticsearch({
      ...{ url, version, username: 'elastic', password: elasticPassword },
      ...(tls ? { ca: certificate } : {}),
    });
    const stop = async () => {
      await node.close();
      await container.stop();
    };
    return { ...node, stop };
  },
};

async function fetchImage({ image }: ContainerRuntimeClient, name: string, progress: Progress): Promise<void> {
  const parsed = ImageName.fromString(name);
  if (!(await image.exists(parsed)))
    await withProgress(progress, `fetching the image ${name}`, () => image.pull(parsed));
}
