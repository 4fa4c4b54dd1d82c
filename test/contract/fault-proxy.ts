import { once } from 'node:events';
import {
  createServer,
  request as plain,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as encrypted } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What to do with a request instead of passing it on. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Passes it on, and changes the body of the answer. */
  | { readonly rewrite: (body: string) => string }
  /** Passes it on, and cuts the connection instead of answering. */
  | 'lose the answer'
  /** Cuts the connection at once. */
  | 'reset'
  /** Accepts it and says nothing. */
  | 'hang';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** Where a real server is; `ca` is its CA, PEM, if it is not a public one. */
export interface Upstream {
  readonly url: string;
  readonly ca?: string;
}

/** An HTTP server in front of a real one that does as it is told. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** The real server. */
  upstream: Upstream;
  /** Every request, in order. */
  readonly seen: readonly Seen[];
  /** Connections that are open. */
  readonly connections: number;
  /** Watches that are open. */
  readonly watches: number;
  /** Asked for every request; nothing: pass it on. */
  fault: (request: Seen) => Fault | undefined;
  /** Forgets the requests that were seen. */
  forget(): void;
  /** Sends this text into every open watch. */
  inject(text: string): void;
  /** Cuts every open watch. */
  cut(): void;
  /** Swallows what the server sends into the watches that are open. */
  silence(): void;
}

/** Starts one, on a free port unless given; it speaks plain HTTP and passes the caller's credential on. */
export async function startFaultProxy(upstream: Upstream, port = 0): Promise<FaultProxy> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const watches = new Set<ServerResponse>();
  const silenced = new WeakSet<ServerResponse>();
  const http = createServer((incoming, answer) => {
    const asked = {
      headers: incoming.headers,
      method: incoming.method ?? '',
      url: new URL(incoming.url ?? '', proxy.upstream.url),
    };
    seen.push(asked);
    const fault = proxy.fault(asked);
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault === undefined || fault === 'lose the answer') return pass(incoming, answer, asked.url, fault);
    if ('rewrite' in fault) return pass(incoming, answer, asked.url, fault.rewrite);
    answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    answer.end(fault.body === undefined ? '' : JSON.stringify(fault.body));
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');

  function pass(
    incoming: IncomingMessage,
    answer: ServerResponse,
    url: URL,
    fault: 'lose the answer' | ((body: string) => string) | undefined,
  ): void {
    const { host: _, ...headers } = incoming.headers;
    const { ca } = proxy.upstream;
    const send = url.protocol === 'https:' ? encrypted : plain;
    const onward = send(url, { method: incoming.method, headers, ca, agent: false }, (reply) => {
      if (fault === 'lose the answer') {
        reply.resume();
        reply.on('end', () => incoming.socket.destroy());
        return;
      }
      if (fault !== undefined) {
        void text(reply).then((body) => {
          const { 'content-length': _length, ...rest } = reply.headers;
          answer.writeHead(reply.statusCode ?? 502, rest).end(fault(body));
        });
        return;
      }
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      answer.flushHeaders();
      if (url.searchParams.has('watch')) watches.add(answer);
      reply.on('data', (chunk: Buffer) => silenced.has(answer) || answer.write(chunk));
      reply.on('end', () => answer.end());
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => {
      watches.delete(answer);
      onward.destroy();
    });
    incoming.pipe(onward);
  }

  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    upstream,
    seen,
    get connections() {
      return sockets.size;
    },
    get watches() {
      return watches.size;
    },
    fault: () => undefined,
    forget: () => void seen.splice(0),
    inject: (text) => {
      for (const watch of watches) watch.write(text);
    },
    cut: () => {
      for (const watch of watches) watch.socket?.destroySoon();
    },
    silence: () => {
      for (const watch of watches) silenced.add(watch);
    },
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
  return proxy;
}
