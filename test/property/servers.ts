import type { Circumstances } from './circumstances.ts';
import type { ModelConnection } from './model-connection.ts';
import type { ModelElasticsearch } from './model-elasticsearch.ts';
import type { ModelKubernetes } from './model-kubernetes.ts';
import type { ModelOrphans } from './model-orphans.ts';

/** Both systems, in which everything happens. */
export interface Servers {
  readonly at: Circumstances;
  readonly elasticsearch: ModelElasticsearch;
  readonly connection: ModelConnection;
  /** One for each object. */
  readonly objects: readonly ModelKubernetes[];
  readonly orphans: ModelOrphans;
}
