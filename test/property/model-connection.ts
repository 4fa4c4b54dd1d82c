import { CONNECTION_FINALIZER } from '../../src/api/names.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../../src/api/types.ts';
import { anElasticsearchConnection } from '../builders/elasticsearch-connection.ts';

/** Where the connection of all objects stands. */
export const CONNECTION_KEY = 'logging/main';

/** The connection of all objects. */
export class ModelConnection {
  object: ElasticsearchConnection;

  constructor(spec: Partial<ElasticsearchConnectionSpec> = {}) {
    this.object = anElasticsearchConnection(spec);
  }

  hold(): ElasticsearchConnection {
    return this.#edit({ metadata: { ...this.object.metadata, finalizers: [CONNECTION_FINALIZER] } });
  }

  release(): void {
    this.#edit({ metadata: { ...this.object.metadata, finalizers: [] } });
  }

  writeStatus(status: NonNullable<ElasticsearchConnection['status']>): ElasticsearchConnection {
    return this.#edit({ status });
  }

  /** A person says that the cluster behind the URL is another one now. */
  confirm(clusterUUID: string): void {
    const { metadata, spec } = this.object;
    if (spec.clusterUUID === clusterUUID) return;
    const generation = metadata.generation + 1;
    this.#edit({ metadata: { ...metadata, generation }, spec: { ...spec, clusterUUID } });
  }

  #edit(change: Partial<ElasticsearchConnection>): ElasticsearchConnection {
    this.object = { ...this.object, ...change };
    return this.object;
  }
}
