import { once } from 'node:events';
import { createServer, request as plain, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as encrypted } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

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

/** All that a gate holds of one kind. */
export interface Hold {
  /** Resolves when the first is held. */
  readonly reached: Promise<void>;
  /** Holds no more of them; those that it holds stay. */
  readonly enough: () => void;
  /** Lets all go on; gives the statuses that the server answers with, `undefined` where it does not. */
  readonly release: () => Promise<readonly (number | undefined)[]>;
}

/** Which requests a gate holds; the body may hold what is secret, so it is only looked at. */
export type Matches = (passage: Passage, body: string) => boolean;

/**
 * An HTTP server in front of a real one that lets requests through when it is told to. A request that it holds is on its
 * way: it reaches the server when it is released, whether or not the caller still waits.
 */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly seen: readonly Passage[];
  /** Waits for the next request that matches, and keeps it from the server. */
  holdRequest(matches: Matches): Promise<Held>;
  /** Waits until the next request that matches has been answered, and keeps the answer from the caller. */
  holdAnswer(matches: Matches): Promise<Held>;
  /** Keeps every request that matches from the server, or every answer from the caller, until released. */
  holdEvery(what: 'request' | 'answer', matches: Matches): Hold;
}

interface Order {
  readonly what: 'request' | 'answer';
  readonly matches: Matches;
  readonly reached: (held: Held, answered: Promise<number | undefined>) => void;
  /** It is for more than one. */
  readonly stays?: true;
}

/** Starts one on a free port; it speaks plain HTTP and passes the caller's credential on. */
export async function openGate(server: { readonly url: string; readonly ca?: string }): Promise<Gate> {
  const seen: Passage[] = [];
  const orders: Order[] = [];

  const take = (what: Order['what'], passage: Passage, body: string): Order | undefined => {
    const index = orders.findIndex((order) => order.what === what && order.matches(passage, body));
    const found = orders[index];
    if (found?.stays !== true) orders.splice(index, index < 0 ? 0 : 1);
    return found;
  };

  const obey = (order: Order | undefined, answered: Promise<number | undefined>): Promise<void> => {
    if (order === undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    order.reached({ release: resolve }, answered);
    return promise;
  };

  async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const passage = { method: incoming.method ?? '', path: incoming.url ?? '' };
    seen.push(passage);
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return void answer.destroy();
    const text = body.toString();
    const [atRequest, atAnswer] = [take('request', passage, text), take('answer', passage, text)];
    const { promise: answered, resolve: tell } = Promise.withResolvers<number | undefined>();
    await obey(atRequest, answered);
    const { host: _, ...headers } = incoming.headers;
    const send = server.url.startsWith('https:') ? encrypted : plain;
    const url = new URL(passage.path, server.url);
    const trust = server.ca === undefined ? {} : { ca: server.ca };
    const options = { method: passage.method, headers, agent: false, ...trust } as const;
    const onward = send(url, options, (reply) => {
      tell(reply.statusCode);
      void obey(atAnswer, answered).then(() => {
        if (answer.destroyed) return void reply.resume();
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        answer.flushHeaders();
        reply.pipe(answer);
      });
    });
    onward.on('error', () => answer.destroy());
    onward.on('close', () => tell(undefined));
    if (atRequest === undefined) answer.on('close', () => onward.destroy());
    onward.end(body);
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
    holdEvery: (what, matches) => {
      const held: { readonly release: () => void; readonly answered: Promise<number | undefined> }[] = [];
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      const all: Order = {
        ...{ what, matches, stays: true },
        reached: ({ release }, answered) => {
          held.push({ release, answered });
          resolve();
        },
      };
      orders.push(all);
      const enough = (): void => void orders.splice(orders.indexOf(all), orders.includes(all) ? 1 : 0);
      const release = (): Promise<readonly (number | undefined)[]> => {
        enough();
        for (const one of held) one.release();
        return Promise.all(held.map(({ answered }) => answered));
      };
      return { reached, enough, release };
    },
    async [Symbol.asyncDispose]() {
      if (!http.listening) return;
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}
