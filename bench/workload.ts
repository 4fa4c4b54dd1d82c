import { API_VERSION, BEAT_API_KEY, ELASTICSEARCH_CONNECTION } from '../src/api/names.ts';

/** Where the operator and the connection are, and where the objects are that it serves. */
export const NAMESPACES = { operator: 'bench-system', objects: 'bench-objects' } as const;
export const CONNECTION = 'bench';

/** How many creations are in flight, of the load and of the bare loop; the operator has as many passes at once. */
export const IN_FLIGHT = 32;

/** What each key may do, under the names that both an index entry of a role descriptor and `_has_privileges` take. */
export const PRIVILEGES = {
  cluster: ['monitor'],
  index: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
};

const ROLE_DESCRIPTOR = { cluster: PRIVILEGES.cluster, indices: PRIVILEGES.index };

/** The role of the user that keys are made by. */
export const USER_ROLE = { cluster: ['manage_own_api_key', 'monitor'], indices: PRIVILEGES.index };

/** The lifetime of each key. */
export const EXPIRATION = '30d';

/** One object, the same for the operator and for the bare loop. */
export function beatApiKey(name: string): object {
  return {
    apiVersion: API_VERSION,
    kind: BEAT_API_KEY.kind,
    metadata: { name },
    spec: {
      connectionRef: { name: CONNECTION, namespace: NAMESPACES.operator },
      roleDescriptors: { packetbeat_writer: ROLE_DESCRIPTOR },
      expiration: EXPIRATION,
    },
  };
}

/** The connection, with its limits lifted. */
export function connection(url: string): object {
  return {
    apiVersion: API_VERSION,
    kind: ELASTICSEARCH_CONNECTION.kind,
    metadata: { name: CONNECTION },
    spec: {
      urls: [url],
      auth: { basic: { secretRef: { name: CONNECTION } } },
      allowedNamespaces: { from: 'All' },
      policy: { roleDescriptor: ROLE_DESCRIPTOR },
      limits: { concurrentRequests: IN_FLIGHT, createdKeysPerMinute: 100_000 },
    },
  };
}

export const PATHS = {
  namespaces: '/api/v1/namespaces',
  secrets: (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`,
  objects: (namespace: string) => `/apis/${API_VERSION}/namespaces/${namespace}/${BEAT_API_KEY.plural}`,
  connections: (namespace: string) => `/apis/${API_VERSION}/namespaces/${namespace}/${ELASTICSEARCH_CONNECTION.plural}`,
} as const;

/** Does `task` for 0 to `count - 1`, so many at once; rejects with the first failure. */
export async function inFlight(count: number, atOnce: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await task(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}
