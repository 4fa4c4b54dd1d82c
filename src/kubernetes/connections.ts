import { CONNECTION_FINALIZER } from '../api/names.ts';
import type { ElasticsearchConnection } from '../api/types.ts';
import type { ElasticsearchConnections } from '../controller/ports.ts';
import { type CustomResource, patchVersion, release, writeStatus } from './custom-resource.ts';
import { addFinalizer } from './patch-steps.ts';

/** ElasticsearchConnections as the domain wants them. */
export function connections(kind: CustomResource<ElasticsearchConnection>): ElasticsearchConnections {
  return {
    cache: kind.watched,
    hold: (object) => patchVersion(kind, object, addFinalizer(object, CONNECTION_FINALIZER)),
    release: (object) => release(kind, object, CONNECTION_FINALIZER),
    writeStatus: (object, status) => writeStatus(kind, object, status),
  };
}
