import type { ElasticsearchTarget } from '../controller/ports.ts';
import type { KeyOwner, KeyRecord } from '../core/key-record.ts';
import { systemClock } from '../runtime/clock.ts';
import { authenticate, readCluster } from './contact.ts';
import { Endpoint, REQUEST_TIMEOUT_MS, type Call } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { listKeys, type WantedKeys } from './inventory.ts';
import { invalidateKeys } from './key-requests.ts';
import { missingClusterPrivileges } from './trial.ts';

/** Where to look for keys, and as whom. */
export type SearchTarget = Pick<ElasticsearchTarget, 'urls' | 'ca' | 'serverName' | 'username' | 'password'>;

/** Who looks for keys. */
export interface Searcher {
  readonly owner: KeyOwner;
  /** May invalidate keys of other owners. */
  readonly manageApiKey: boolean;
}

/** The keys of one cluster for a person who looks at them, whatever user that is. Every method throws `Failure`. */
export interface KeySearch extends AsyncDisposable {
  readCluster(): Promise<{ readonly clusterUUID: string; readonly version: string }>;
  identify(): Promise<Searcher>;
  /** Those that the user may see: its own, or all with `manage_api_key` or `read_security`. */
  search(wanted: WantedKeys): Promise<readonly KeyRecord[]>;
  /** Answers those that Elasticsearch says it invalidated now. `ofAnyOwner` needs `manage_api_key`. */
  invalidate(ids: readonly string[], ofAnyOwner: boolean): Promise<readonly string[]>;
}

/** Ids in one request: one search and one bulk write on the server. */
const MOST_IDS = 500;

/** Nothing is sent before the first call; nothing is tried twice. */
export function openKeySearch({ urls, ...target }: SearchTarget): KeySearch {
  const options = { target, meter: { requested: () => undefined }, clock: systemClock };
  const endpoints = new Endpoints(
    urls.map((url) => new Endpoint(url, { ...options, requestTimeoutMs: REQUEST_TIMEOUT_MS })),
    systemClock,
  );
  const { signal } = new AbortController();
  const send = <T>(call: Call<T>): Promise<T> => endpoints.send(call, signal);
  return {
    readCluster: async () => {
      const { cluster_uuid: clusterUUID, version } = await send(readCluster);
      return { clusterUUID, version: version.number };
    },
    identify: async () => {
      const { username, authentication_realm: realm } = await send(authenticate);
      const missing = await missingClusterPrivileges(send, ['manage_api_key']);
      return { owner: { username, realm: realm.name }, manageApiKey: missing.length === 0 };
    },
    search: async (wanted) => (await listKeys(send, wanted)).keys,
    invalidate: async (ids, ofAnyOwner) => {
      const invalidated: string[] = [];
      for (let from = 0; from < ids.length; from += MOST_IDS)
        invalidated.push(...(await send(invalidateKeys(ids.slice(from, from + MOST_IDS), ofAnyOwner))));
      return invalidated;
    },
    [Symbol.asyncDispose]: () => endpoints.close(),
  };
}
