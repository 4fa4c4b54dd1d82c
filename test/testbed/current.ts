import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connectElasticsearch } from './elasticsearch/client.ts';
import { connectControlPlane, mustKubectl } from './kubernetes/client.ts';
import type { ControlPlane, ElasticsearchNode } from './servers.ts';

/** The control plane that all tests of a run share; give every test its own namespace. */
export function controlPlane(): ControlPlane {
  return connectControlPlane(inject('coordinates').controlPlane);
}

/** The versions of Elasticsearch of this run, newest first: for `describe.each`. */
export function elasticsearchVersions(): string[] {
  return inject('coordinates').elasticsearch.map(({ version }) => version);
}

/** The node of that version that all tests of a run share; the newest when none is named. It serves HTTPS if it has a `ca`. */
export function elasticsearch(version = elasticsearchVersions()[0]): ElasticsearchNode {
  const address = inject('coordinates').elasticsearch.find((node) => node.version === version);
  if (address === undefined) throw new Error(`This run has no Elasticsearch ${version}.`);
  return connectElasticsearch(address);
}

/** A name that no other test uses: for namespaces, users, roles and indices. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** Makes a namespace with a name of its own; `remove` begins its deletion and does not wait for it. */
export async function createNamespace(
  prefix: string,
  plane = controlPlane(),
): Promise<{ name: string; remove: () => Promise<void> }> {
  const name = uniqueName(prefix);
  await mustKubectl(plane, ['create', 'namespace', name]);
  return {
    name,
    remove: async () => void (await mustKubectl(plane, ['delete', 'namespace', name, '--wait=false'])),
  };
}
