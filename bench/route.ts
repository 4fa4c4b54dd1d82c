import { fieldOf } from './request-heads.ts';

/** The servers that requests go to. */
export type Server = 'kubernetes' | 'elasticsearch';

const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch' };

/**
 * What a request is, without names of objects: `create secrets`, `patch beatapikeys/status`, `dry run: patch secrets`,
 * `POST /_security/user/_has_privileges as API key`.
 */
export function routeOf(server: Server, head: string): string {
  const [method = '', target = ''] = head.split(' ', 2);
  const [path = '', query = ''] = target.split('?', 2);
  return server === 'kubernetes' ? kubernetesRoute(method, path, query) : elasticsearchRoute(method, path, head);
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
function kubernetesRoute(method: string, path: string, query: string): string {
  const [, root, ...rest] = path.split('/');
  if (root !== 'api' && root !== 'apis') return `${method} ${path}`;
  const [first = '', second = '', third, ...others] = rest.slice(root === 'api' ? 1 : 2);
  const namespaced = first === 'namespaces' && third !== undefined;
  const [resource, name, subresource] = namespaced ? [third, ...others] : [first, second || undefined, third];
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  if (/(^|&)watch=(1|true)(&|$)/.test(query)) return `watch ${what}`;
  if (method === 'GET' && name === undefined) return `list ${what}`;
  const dryRun = /(^|&)dryRun=/.test(query) ? 'dry run: ' : '';
  return `${dryRun}${VERBS[method] ?? method.toLowerCase()} ${what}`;
}

function elasticsearchRoute(method: string, path: string, head: string): string {
  const asApiKey = /^ApiKey /i.test(fieldOf(head, 'authorization') ?? '');
  return `${method} ${path}${asApiKey ? ' as API key' : ''}`;
}
