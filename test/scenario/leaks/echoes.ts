import type { Asked, Fault } from '../../contract/fault-proxy.ts';

/**
 * Answers that repeat whatever was sent, credentials included, and more: what a proxy in debug mode, an error page or a
 * server with a defect may do.
 */
export type Echo = (asked: Asked) => Fault;

/** All that a request carries, with the credential also as it is behind its encoding. */
function wordsOf({ method, url, headers, body }: Asked): string {
  const { authorization = '' } = headers;
  const [, encoded = ''] = authorization.split(' ');
  const decoded = Buffer.from(encoded, 'base64').toString();
  return `${method} ${url.href} authorization: ${authorization} (${decoded}) ${JSON.stringify(headers)} ${body}`;
}

/** Error statuses of both servers, and of what may stand in front of them. */
const STATUSES = [302, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504];

const PAGE = { 'content-type': 'text/html' };

function page(words: string, status: number): Fault {
  return { status, chunks: [`<html><title>${words}</title><pre>${words}</pre></html>`], headers: PAGE };
}

/** What is alike for both servers, by name; `error` makes an error of the server's own form. */
function common(error: (status: number, words: string) => object): Readonly<Record<string, Echo>> {
  const byStatus = STATUSES.map((status): [string, Echo] => [
    `status-${status}`,
    (asked) => ({
      status,
      body: error(status, wordsOf(asked)),
      headers: { 'x-echo': encodeURIComponent(wordsOf(asked)).slice(0, 4_000) },
    }),
  ]);
  return {
    ...Object.fromEntries(byStatus),
    'page-200': (asked) => page(wordsOf(asked), 200),
    'page-403': (asked) => page(wordsOf(asked), 403),
    'page-500': (asked) => page(wordsOf(asked), 500),
    text: (asked) => ({ status: 200, body: wordsOf(asked) }),
    fields: (asked) => ({ status: 200, body: fieldsOf(wordsOf(asked)) }),
    // What the server itself answers, a new key for one, under another status or cut short.
    'as-400': () => ({ rewrite: (body) => body, as: 400 }),
    'as-500': () => ({ rewrite: (body) => `{"error":{"type":"x","reason":${JSON.stringify(body)}}}`, as: 500 }),
    unreadable: () => ({ rewrite: (body) => `${body}}` }),
    'break-off': () => 'break off',
    'lose-answer': () => 'lose the answer',
    reset: () => 'reset',
  };
}

/** The words wherever an answer may hold a text that is read. */
const fieldsOf = (words: string): object => ({
  ...{ id: words, api_key: words, name: words, cluster_uuid: words, username: words, encoded: words },
  ...{ version: { number: `9.5.3${words}`, build_flavor: words }, authentication_realm: { name: words } },
  ...{ cluster: { [words]: false }, index: { [words]: {} }, application: {}, license: { type: words, status: words } },
  ...{ kind: words, metadata: { name: words, uid: words, resourceVersion: words }, items: [words] },
  api_keys: [{ id: words, name: words, username: words, metadata: { beatkeys: { name: words, namespace: words } } }],
  invalidated_api_keys: [words],
});

/** What Elasticsearch, or something before it, may answer. */
export const ELASTICSEARCH_ECHOES = common((status, words) => {
  const cause = { type: 'illegal_argument_exception', reason: `unknown cluster privilege [${words}]` };
  return { error: { ...cause, caused_by: cause, root_cause: [cause], header: { 'WWW-Authenticate': words } }, status };
});

/** What an API server, or something before it, may answer. */
export const KUBERNETES_ECHOES = common((code, message) => ({
  ...{
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: code === 409 ? 'AlreadyExists' : 'Invalid',
    code,
    message,
  },
  details: {
    name: message,
    kind: message,
    causes: [{ reason: message, message, field: message }],
    retryAfterSeconds: 1,
  },
}));
