import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Health, isReady, type Readiness } from './health.ts';

export interface TelemetryServerOptions {
  /** Address to listen on; left out: loopback only. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
}

export interface TelemetryServer extends AsyncDisposable {
  readonly port: number;
  /** Stops listening and resolves when the answers under way are sent; those who dawdle are cut off. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** Far above what a probe or a scrape takes, far below what would let a slow client hold a socket. */
const REQUEST_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
const MOST_CONNECTIONS = 64;

/**
 * Serves `/healthz`, `/readyz` and `/metrics`; resolves when it listens, rejects when it cannot.
 *
 * Live means that the event loop turns. The answer comes from that loop, so that the answer itself is the proof, and a
 * loop that is stuck gives none.
 */
export async function startTelemetryServer(options: TelemetryServerOptions): Promise<TelemetryServer> {
  const server = createServer(
    {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 5,
      keepAliveTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      void answer(options, request).then((found) => {
        // Otherwise the client's idle connection would hold up the close.
        if (!server.listening) response.setHeader('connection', 'close');
        send(request, response, found);
      });
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');

  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      server.close(() => {
        clearTimeout(cut);
        resolve(undefined);
      });
    });
    await closed;
  };
  const { port } = server.address() as AddressInfo;
  return { port, close, [Symbol.asyncDispose]: close };
}

async function answer({ health, metrics }: TelemetryServerOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: 'method not allowed\n' };
  switch (request.url?.split('?', 1)[0]) {
    case '/healthz':
      return { status: 200, body: 'ok\n' };
    case '/readyz':
      return tellReadiness(health.readiness());
    case '/metrics':
      try {
        return { status: 200, body: await metrics.expose(), type: metrics.contentType };
      } catch {
        return { status: 500, body: 'the metrics could not be collected\n' };
      }
    default:
      return { status: 404, body: 'not found\n' };
  }
}

/** One line a check, as the API server's own `/readyz?verbose` writes them. */
function tellReadiness(readiness: Readiness): Answer {
  const lines = [...readiness].map(
    ([name, passed]) => `[${passed ? '+' : '-'}]${name} ${passed ? 'ok' : 'not ready'}\n`,
  );
  return isReady(readiness)
    ? { status: 200, body: `${lines.join('')}ok\n` }
    : { status: 503, body: `${lines.join('')}not ready\n` };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, type }: Answer): void {
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
