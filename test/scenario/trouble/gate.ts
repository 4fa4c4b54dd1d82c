import { startFaultProxy, type Asked, type Seen, type Upstream } from '../../contract/fault-proxy.ts';

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
export type Matches = (request: Asked) => boolean;

/**
 * An HTTP server in front of a real one that lets requests through when it is told to. A request that it holds is on its
 * way: it reaches the server when it is released, whether or not the caller still waits.
 */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly seen: readonly Seen[];
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
export async function openGate(server: Upstream): Promise<Gate> {
  const orders: Order[] = [];
  const withdraw = (order: Order): void => void orders.splice(orders.indexOf(order), orders.includes(order) ? 1 : 0);
  const proxy = await startFaultProxy(server);
  proxy.fault = (request) => {
    const order = orders.find(({ matches }) => matches(request));
    if (order === undefined) return undefined;
    if (order.stays !== true) withdraw(order);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const until = () =>
      new Promise<'go on'>((goOn) => {
        order.reached({ release: () => goOn('go on') }, promise);
      });
    return { hold: order.what, until, answered: resolve };
  };
  const one = (what: Order['what']) => (matches: Matches) =>
    new Promise<Held>((reached) => void orders.push({ what, matches, reached }));
  const { url, seen } = proxy;
  return {
    ...{ url, seen },
    holdRequest: one('request'),
    holdAnswer: one('answer'),
    holdEvery: (what, matches) => {
      const held: { readonly release: () => void; readonly answered: Promise<number | undefined> }[] = [];
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      const order: Order = {
        ...{ what, matches, stays: true },
        reached: ({ release }, answered) => {
          held.push({ release, answered });
          resolve();
        },
      };
      orders.push(order);
      return {
        reached,
        enough: () => withdraw(order),
        release: () => {
          withdraw(order);
          for (const { release } of held) release();
          return Promise.all(held.map(({ answered }) => answered));
        },
      };
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
