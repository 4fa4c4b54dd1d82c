import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ControlPlaneAddress } from '../testbed/servers.ts';

/** What to do with a request instead of passing it on. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Passes it on, and cuts the connection instead of answering. */
  | 'lose the answer'
  /** Accepts it and says nothing. */
  | 'hang';

export interface Seen {
  readonly method: string;
  readonly url: URL;
}

/** An HTTP server in front of a real API server that does as it is told. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly seen: readonly Seen[];
  /** Connections that are open. */
  readonly connections: number;
  /** Watches that are open. */
  readonly watches: number;
  /** Asked for every request; nothing: pass it on. */
  fault: (request: Seen) => Fault | undefined;
  /** Sends this text into every open watch. */
  inject(text: string): void;
  /** Cuts every open watch. */
  cut(): void;
  /** Swallows what the server sends into the watches that are open. */
  silence(): void;
}

/** Starts one on a free port; it speaks plain HTTP and passes the caller's credential on. */
export async function startFaultProxy(server: ControlPlaneAddress): Promise<FaultProxy> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const watches = new Set<ServerResponse>();
  const silenced = new WeakSet<ServerResponse>();
  const http = createServer((incoming, answer) => {
    const asked = { method: incoming.method ?? '', url: new URL(incoming.url ?? '', server.url) };
    seen.push(asked);
    const fault = proxy.fault(asked);
    if (fault === 'hang') return;
    if (fault === undefined || fault === 'lose the answer') return pass(incoming, answer, asked.url, fault);
    answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    answer.end(fault.body === undefined ? '' : JSON.stringify(fault.body));
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  function pass(
    incoming: IncomingMessage,
    answer: ServerResponse,
    url: URL,
    fault: 'lose the answer' | undefined,
  ): void {
    const { host: _, ...headers } = incoming.headers;
    const onward = request(url, { method: incoming.method, headers, ca: server.ca, agent: false }, (reply) => {
      if (fault !== undefined) {
        reply.resume();
        reply.on('end', () => incoming.socket.destroy());
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
    seen,
    get connections() {
      return sockets.size;
    },
    get watches() {
      return watches.size;
    },
    fault: () => undefined,
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
