import type { Asked, Seen } from '../../contract/fault-proxy.ts';

/** The servers that the operator speaks to. */
export type Server = 'Kubernetes' | 'Elasticsearch';

/**
 * A moment of a story: the `nth` time that `what` was asked of a server, or was told by a watch. `what` holds no names:
 * `PATCH secrets`, `PUT /_security/api_key`, `watch secrets: ADDED`.
 */
export interface Effect {
  readonly kind: 'request' | 'event';
  readonly server: Server;
  readonly what: string;
  readonly nth: number;
}

/** As tables and names of tests show it. */
export const nameOf = ({ what, nth }: Effect): string => (nth === 1 ? what : `${what} (${nth})`);

/** A request or an event that belongs to the object, or objects, of that name; without a name it belongs to whoever asks. */
export interface Sign {
  readonly name?: string | undefined;
  readonly what: string;
}

const RESOURCE =
  /^\/(?:api|apis\/[^/]+)\/[^/]+\/namespaces\/[^/]+\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<part>[^/]+))?)?$/;

/**
 * Written by the clock, whatever happens to objects: when they come, and how often, is no part of a story. The status of
 * a connection counts the keys of each list.
 */
const BY_THE_CLOCK = /^(events|leases)$|^elasticsearchconnections\/status$/;

/** What a request changes in Kubernetes; `undefined` where it changes nothing, or belongs to no story. */
export function signOfChange({ method, url, body }: Asked): Sign | undefined {
  if (method === 'GET') return undefined;
  const { resource = '', name, part } = RESOURCE.exec(url.pathname)?.groups ?? {};
  const path = part === undefined ? resource : `${resource}/${part}`;
  if (resource === '' || BY_THE_CLOCK.test(path)) return undefined;
  const what = `${method} ${path}${url.searchParams.has('dryRun') ? ', dry run' : ''}`;
  return { what, name: name ?? (JSON.parse(body) as Named).metadata.name };
}

/** What a line of a watch tells; `undefined` where that belongs to no story. */
export function signOfEvent({ url }: Seen, line: string): Sign | undefined {
  const resource = RESOURCE.exec(url.pathname)?.groups?.['resource'] ?? '';
  // What is told of a connection follows the clock as well.
  if (resource === '' || resource === 'elasticsearchconnections') return undefined;
  const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Named };
  return { what: `watch ${resource}: ${type}`, name: object.metadata.name };
}

interface Named {
  readonly metadata: { readonly name?: string };
}

/** The list of all keys is asked for by the clock, too; the first one after the story began is part of it. */
export const isList = ({ what }: Pick<Effect, 'what'>): boolean => what === 'POST /_security/_query/api_key';

/** How often these come is no part of a story, only that they do: what a controller tells of its workload, and lists. */
export const recurs = (effect: Pick<Effect, 'what'>): boolean =>
  isList(effect) || effect.what === 'watch daemonsets: MODIFIED';

const ABOUT_KEYS = /^\/_security\/(api_key|_query\/api_key|user\/_has_privileges)(\/|$)/;

/** What a request asks of Elasticsearch; `undefined` where that belongs to a look at the cluster. */
export function signOfQuestion({ method, url, headers, body }: Asked): Sign | undefined {
  const path = url.pathname;
  if (!ABOUT_KEYS.test(path) || body.includes('"manage_own_api_key"')) return undefined;
  const asKey = headers.authorization?.startsWith('ApiKey ') === true ? ' with the new key' : '';
  return { what: `${method} ${path.replace(/(?<=\/api_key\/).+/, 'ID')}${asKey}` };
}
