import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { Failure } from '../core/failure.ts';
import { systemClock } from '../runtime/clock.ts';
import type { RequestObservation } from '../runtime/meter.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { Endpoint, type Call } from './endpoint.ts';

/** Servers that are not the one we know, or do not do what it does. */

const calm = new AbortController().signal;
const PRODUCT = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };

const CALL: Call<{ ok: boolean }> = {
  operation: 'create API key',
  answer: z.object({ ok: z.boolean() }),
  sent: { name: 'x' },
  request: (client, options) => client.security.createApiKey({ name: 'x', refresh: false }, options),
};

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function reach(url: string, requestTimeoutMs = 10_000): { endpoint: Endpoint; requests: RequestObservation[] } {
  const requests: RequestObservation[] = [];
  const endpoint = new Endpoint(url, {
    target: { username: 'elastic', password: new Sensitive('geheim') },
    meter: { requested: (request) => requests.push(request) },
    clock: systemClock,
    requestTimeoutMs,
  });
  onTestFinished(() => endpoint.close());
  return { endpoint, requests };
}

async function failureOf(outcome: Promise<unknown>): Promise<Failure> {
  const error: unknown = await outcome.catch((reason: unknown) => reason);
  if (!(error instanceof Failure)) throw new TypeError('expected a Failure', { cause: error });
  return error;
}

const answering =
  (status: number, body: string, headers: Record<string, string> = PRODUCT): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

const HTML = '<html><body>geheim</body></html>';
const AS_HTML = { 'content-type': 'text/html' };
const error = (type: string, more: object = {}) =>
  JSON.stringify({ error: { type, reason: 'geheim', ...more }, status: 0 });

describe('an answer', () => {
  test.each<[string, RequestListener, object]>([
    ['a page instead of an API', answering(200, HTML, AS_HTML), { kind: 'unsupported', code: 'NotElasticsearch' }],
    [
      'JSON of another product',
      answering(200, '{"ok":true}', { 'content-type': 'application/json' }),
      { kind: 'unsupported', code: 'NotElasticsearch' },
    ],
    ['a page that says 404', answering(404, HTML, AS_HTML), { kind: 'unsupported', code: 'NotElasticsearch' }],
    [
      'a login page of a proxy',
      answering(403, HTML, AS_HTML),
      { kind: 'denied', code: 'HTTP 403', detail: 'Something in front of Elasticsearch denies the request' },
    ],
    [
      'a redirect',
      answering(302, '', { location: 'https://elsewhere.example/geheim' }),
      { kind: 'unsupported', code: 'Redirect' },
    ],
    [
      'a redirect with a body of the product',
      answering(307, '{"ok":true}', { ...PRODUCT, location: '/geheim' }),
      { kind: 'unsupported', code: 'Redirect' },
    ],
    [
      'a wrong shape',
      answering(200, '{"ok":"geheim"}'),
      { kind: 'unavailable', code: 'UnreadableAnswer', outcomeUnknown: true },
    ],
    ['no JSON', answering(200, '{"ok":'), { kind: 'unavailable', code: 'UnreadableAnswer', outcomeUnknown: true }],
    ['nothing', answering(200, ''), { kind: 'unavailable', code: 'UnreadableAnswer', outcomeUnknown: true }],
    [
      'too much',
      answering(200, JSON.stringify({ ok: true, more: 'x'.repeat(2 ** 21) })),
      { kind: 'unsupported', code: 'AnswerTooLarge', outcomeUnknown: true },
    ],
    ['401', answering(401, error('security_exception')), { kind: 'denied', code: 'HTTP 401', outcomeUnknown: false }],
    [
      '403',
      answering(403, error('security_exception')),
      {
        kind: 'denied',
        code: 'HTTP 403',
        detail: "The operator's user lacks the cluster privilege manage_own_api_key",
      },
    ],
    [
      '403 for the licence',
      answering(403, error('security_exception', { 'license.expired.feature': 'x' })),
      { kind: 'unsupported', code: 'LicenseNonCompliant' },
    ],
    ['404 for a key', answering(404, '{"api_keys":[]}'), { kind: 'notFound', code: 'HTTP 404' }],
    ['404 for an owner', answering(404, error('resource_not_found_exception')), { kind: 'notFound', code: 'HTTP 404' }],
    ['404 for a path', answering(404, error('index_not_found_exception')), { kind: 'unsupported', code: 'HTTP 404' }],
    ['408', answering(408, error('x')), { kind: 'unavailable', outcomeUnknown: true }],
    ['409', answering(409, error('x')), { kind: 'conflict', code: 'HTTP 409' }],
    ['413', answering(413, error('x')), { kind: 'rejected', code: 'HTTP 413' }],
    [
      '429',
      answering(429, error('es_rejected_execution_exception')),
      { kind: 'throttled', code: 'HTTP 429', retryAfterMs: undefined },
    ],
    ['429 with a wish', answering(429, '', { 'retry-after': '7' }), { kind: 'throttled', retryAfterMs: 7_000 }],
    ['500', answering(500, error('exception')), { kind: 'unavailable', code: 'HTTP 500', outcomeUnknown: true }],
    [
      '500 for a lost race',
      answering(500, error('exception', { caused_by: { type: 'version_conflict_engine_exception' } })),
      { kind: 'conflict', code: 'HTTP 500' },
    ],
    ['502 of a proxy', answering(502, HTML, AS_HTML), { kind: 'unavailable', code: 'HTTP 502', outcomeUnknown: true }],
    [
      '503 with a wish',
      answering(503, '', { 'retry-after': '3' }),
      { kind: 'unavailable', retryAfterMs: 3_000, outcomeUnknown: true },
    ],
    [
      'API keys switched off',
      answering(400, error('feature_not_enabled_exception')),
      { kind: 'unsupported', code: 'ApiKeysDisabled' },
    ],
    [
      'security switched off',
      answering(400, '{"error":"no handler found for uri [/_security/api_key] and method [PUT]"}'),
      { kind: 'unsupported', code: 'SecurityDisabled' },
    ],
    [
      'security switched off, for a path that is an index',
      answering(405, '{"error":"Incorrect HTTP method for uri [/geheim]","status":405}'),
      { kind: 'unsupported', code: 'SecurityDisabled' },
    ],
    [
      '400 for a reason of its own',
      answering(400, error('illegal_argument_exception')),
      { kind: 'rejected', code: 'HTTP 400' },
    ],
    [
      'a body that claims another status',
      answering(400, '{"error":{"type":"x"},"status":200}'),
      { kind: 'rejected', code: 'HTTP 400' },
    ],
    [
      'a cut body',
      (_request, response) => {
        response.writeHead(200, { ...PRODUCT, 'content-length': '100' }).write('{"ok":');
        setImmediate(() => response.destroy());
      },
      { kind: 'unavailable', outcomeUnknown: true },
    ],
    ['a cut connection', (request) => request.socket.destroy(), { kind: 'unavailable', outcomeUnknown: true }],
  ])('that is %s is classified, and none of it is repeated', async (_what, handler, expected) => {
    const { endpoint } = reach(await serve(handler));
    const failed = await failureOf(endpoint.send(CALL, calm));
    expect(failed).toMatchObject(expected);
    expect(`${failed.message} ${JSON.stringify(failed)} ${failed.stack}`).not.toContain('geheim');
    expect(failed.cause).toBeUndefined();
  });
});

describe('a call', () => {
  test('is sent once, with plain JSON and the credential, and counted', async () => {
    const seen: object[] = [];
    const { endpoint, requests } = reach(
      await serve((request, response) => {
        const { accept, authorization, 'content-type': type, 'accept-encoding': encoding } = request.headers;
        seen.push({ url: request.url, accept, authorization, type, encoding });
        response.writeHead(200, PRODUCT).end('{"ok":true,"geheim":1}');
      }),
    );
    expect(await endpoint.send(CALL, calm)).toEqual({ ok: true });
    await endpoint.send({ ...CALL, apiKey: new Sensitive('c2Now6lzc2Vs') }, calm);
    const basic = `Basic ${Buffer.from('elastic:geheim').toString('base64')}`;
    const plain = { url: '/_security/api_key?refresh=false', accept: 'application/json', type: 'application/json' };
    expect(seen).toEqual([
      { ...plain, authorization: basic, encoding: undefined },
      { ...plain, authorization: 'ApiKey c2Now6lzc2Vs', encoding: undefined },
    ]);
    expect(requests).toMatchObject([
      { system: 'Elasticsearch', operation: 'create API key', codeClass: '2xx' },
      { operation: 'create API key', codeClass: '2xx' },
    ]);
  });

  test('is not repeated after a failure', async () => {
    let count = 0;
    const { endpoint, requests } = reach(
      await serve((_request, response) => {
        count += 1;
        response.writeHead(503, PRODUCT).end();
      }),
    );
    await failureOf(endpoint.send(CALL, calm));
    expect([count, requests.map(({ codeClass }) => codeClass)]).toEqual([1, ['5xx']]);
  });

  test('ends when its time is over, without knowing what became of it', async () => {
    const { endpoint, requests } = reach(await serve(() => undefined), 50);
    expect(await failureOf(endpoint.send(CALL, calm))).toMatchObject({
      kind: 'unavailable',
      code: 'Timeout',
      outcomeUnknown: true,
    });
    expect(requests).toMatchObject([{ codeClass: 'none' }]);
  });

  test('ends in time although the answer drips', async () => {
    const drips: NodeJS.Timeout[] = [];
    onTestFinished(() => drips.forEach(clearInterval));
    const url = await serve((_request, response) => {
      response.writeHead(200, PRODUCT).write('{"ok":');
      drips.push(setInterval(() => void response.write(' '), 10));
    });
    expect(await failureOf(reach(url, 100).endpoint.send(CALL, calm))).toMatchObject({
      code: 'Timeout',
      outcomeUnknown: true,
    });
  });

  test('ends when the caller stops, and leaves the signal of the caller alone', async () => {
    const stop = new AbortController();
    let aborts = 0;
    stop.signal.addEventListener('abort', () => (aborts += 1));
    const { endpoint } = reach(await serve(() => stop.abort()));
    expect(await failureOf(endpoint.send(CALL, stop.signal))).toMatchObject({ kind: 'aborted', outcomeUnknown: true });
    expect(await failureOf(endpoint.send(CALL, stop.signal))).toMatchObject({ kind: 'aborted', outcomeUnknown: false });
    expect(aborts).toBe(1);
  });

  test('keeps a timeout from the signal of the caller', async () => {
    let aborts = 0;
    const caller = new AbortController();
    caller.signal.addEventListener('abort', () => (aborts += 1));
    await failureOf(reach(await serve(() => undefined), 20).endpoint.send(CALL, caller.signal));
    expect(aborts).toBe(0);
  });

  test.each([
    ['http://127.0.0.1:1', 'ECONNREFUSED', 'Nothing listens at the address; check the host and port of the URL'],
    [
      'http://nosuch.invalid:9200',
      expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string,
      expect.stringContaining('DNS') as string,
    ],
  ])('to %s never left, and says so', async (url, code, detail) => {
    expect(await failureOf(reach(url).endpoint.send(CALL, calm))).toMatchObject({
      kind: 'unavailable',
      code,
      detail,
      outcomeUnknown: false,
    });
  });
});
