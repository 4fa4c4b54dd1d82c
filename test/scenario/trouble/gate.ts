import { once } from 'node:events';
import { createServer, request as plain, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as encrypted } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request that went through a gate. */
export interface Passage {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

/** A request, or its answer, that is being kept waiting. */
export interface Held {
  /** Lets it go on. */
  readonly release: () => void;
}

/** Which requests a gate holds. */
export type Matches = (passage: Passage) => boolean;

/** An HTTP server in front of a real one that lets requests through when it is told to. */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly seen: readonly Passage[];
  /** Waits for the next request that matches, and keeps it from the server. */
  holdRequest(matches: Matches): Promise<Held>;
  /** Waits until the next request that matches has been answered, and keeps the answer from the caller. */
  holdAnswer(matches: Matches): Promise<Held>;
}

interface Order {
  readonly what: 'request' | 'answer';
  readonly matches: Matches;
  readonly reached: (held: Held) => void;
}

/** Starts one on a free port; it speaks plain HTTP and passes the caller's credential on. */
export async function openGate(server: { readonly url: string; readonly ca?: string }): Promise<Gate> {
  const seen: Passage[] = [];
  const orders: Order[] = [];

  const take = (what: Order['what'], passage: Passage): Order | undefined => {
    const index = orders.findIndex((order) => order.what === what && order.matches(passage));
    return index < 0 ? undefined : orders.splice(index, 1)[0];
  };

  const obey = (order: Order | undefined): Promise<void> => {
    if (order === undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    order.reached({ release: resolve });
    return promise;
  };

  async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const passage = { method: incoming.method ?? '', path: incoming.url ?? '' };
    seen.push(passage);
    const atAnswer = take('answer', passage);
    await obey(take('request', passage));
    const { host: _, ...headers } = incoming.headers;
    const send = server.url.startsWith('https:') ? encrypted : plain;
    const url = new URL(passage.path, server.url);
    const trust = server.ca === undefined ? {} : { ca: server.ca };
    const options = { method: passage.method, headers, agent: false, ...trust } as const;
    const onward = send(url, options, (reply) => {
      void obey(atAnswer).then(() => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        answer.flushHeaders();
        reply.pipe(answer);
      });
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  const http = createServer((incoming, answer) => void serve(incoming, answer));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const order = (what: Order['what']) => (matches: Matches) =>
    new Promise<Held>((reached) => void orders.push({ what, matches, reached }));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    seen,
    holdRequest: order('request'),
    holdAnswer: order('answer'),
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}
