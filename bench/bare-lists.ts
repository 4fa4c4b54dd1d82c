/**
 * The limit of a restart: a process that makes the lists that the operator makes, and nothing else, all at once. Pages of
 * 500 of each served namespace's BeatApiKeys, ElasticsearchConnections and Secrets with the operator's label (metadata
 * only); the credential's Secret by name (metadata only); and the keys of the installation
 * that live, in pages of 1,000.
 *
 * It is forked with an IPC channel: the one message is a {@link ListTask}, answered with a {@link ListResult}.
 */
import { LABELS, MANAGED_BY, METADATA_KEY } from '../src/api/names.ts';
import { BareServers, type BareAddresses } from './bare-servers.ts';
import { METADATA_LIST } from './kubernetes.ts';
import { CONNECTION, IN_FLIGHT, NAMESPACES, PATHS } from './workload.ts';

export interface ListTask {
  readonly addresses: BareAddresses;
  readonly installation: string;
}

/** How many there were. */
export interface ListResult {
  readonly objects: number;
  readonly connections: number;
  readonly secrets: number;
  readonly credentials: number;
  readonly keys: number;
}

interface ListedKey {
  readonly id: string;
  readonly creation: number;
}

const KEYS = 1_000;
const KEY_FIELDS = [
  'id',
  'name',
  'creation',
  'expiration',
  'invalidated',
  'username',
  'realm',
  'metadata',
  'role_descriptors',
];

process.on('disconnect', () => process.exit());
process.once('message', (task: ListTask) => {
  void list(task).then((result) => process.send?.(result));
});

async function list({ addresses, installation }: ListTask): Promise<ListResult> {
  const servers = new BareServers(addresses, IN_FLIGHT);
  const served = Object.values(NAMESPACES);
  const [objects, connections, secrets, credentials, keys] = await Promise.all([
    ofAll(served.map((namespace) => inPages(servers, PATHS.objects(namespace)))),
    ofAll(served.map((namespace) => inPages(servers, PATHS.connections(namespace)))),
    ofAll(
      served.map((namespace) =>
        inPages(servers, PATHS.secrets(namespace), { labelSelector: `${LABELS.managedBy}=${MANAGED_BY}` }),
      ),
    ),
    inPages(servers, PATHS.secrets(NAMESPACES.operator), { fieldSelector: `metadata.name=${CONNECTION}` }),
    keysOf(servers, installation),
  ]);
  await servers.close();
  return { objects, connections, secrets, credentials, keys };
}

/** How many a list has; with a selector, of metadata only. */
async function inPages({ kubernetes }: BareServers, path: string, selector?: Readonly<Record<string, string>>) {
  const accept = selector === undefined ? undefined : METADATA_LIST;
  return (await kubernetes.listInPages(path, { limit: '500', ...selector }, accept)).length;
}

const ofAll = async (counts: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);

/** Each page begins in the millisecond in which the one before ended. */
async function keysOf(servers: BareServers, installation: string): Promise<number> {
  const ids = new Set<string>();
  const filter = KEY_FIELDS.map((field) => `api_keys.${field}`).join(',');
  for (let from = 0; ;) {
    const query = keyQuery(installation, from);
    const { api_keys: page = [] } = await servers.ask<{ api_keys?: readonly ListedKey[] }>(
      'POST',
      `/_security/_query/api_key?filter_path=${filter}`,
      { query, size: KEYS, sort: [{ creation: { order: 'asc' } }] },
    );
    for (const { id } of page) ids.add(id);
    if (page.length < KEYS) return ids.size;
    from = page.at(-1)?.creation ?? 0;
  }
}

/** The keys that live, and those created within the last hour. */
function keyQuery(installation: string, from: number): object {
  const living = [{ term: { invalidated: false } }];
  const expired = [{ range: { expiration: { lte: 'now' } } }];
  return {
    bool: {
      filter: [
        { term: { [`metadata.${METADATA_KEY}.installation`]: installation } },
        { range: { creation: { gte: from } } },
      ],
      should: [{ bool: { filter: living, must_not: expired } }, { range: { creation: { gte: 'now-1h' } } }],
      minimum_should_match: 1,
    },
  };
}
