import { API_VERSION } from '../../src/api/names.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../../src/api/types.ts';

/** `logging/main`, with one URL and the credential in Secret `credential`. */
export function anElasticsearchConnection(
  spec: Partial<ElasticsearchConnectionSpec> = {},
  status?: ElasticsearchConnection['status'],
): ElasticsearchConnection {
  return {
    apiVersion: API_VERSION,
    kind: 'ElasticsearchConnection',
    metadata: {
      name: 'main',
      namespace: 'logging',
      uid: 'connection-uid-1',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      ...(spec.eckRef === undefined ? { urls: ['https://es.example:9200'] } : {}),
      auth: { basic: { secretRef: { name: 'credential' } } },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}
