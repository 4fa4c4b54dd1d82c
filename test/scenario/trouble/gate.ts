import { startFaultProxy, type Seen, type Upstream } from '../../contract/fault-proxy.ts';

/** A request, or its answer, that is being kept waiting. */
export interface Held {
  /** Lets it go on. */
  readonly release: () => void;
}

/** Which requests a gate holds. */
export type Matches = (request: Seen) => boolean;

/** An HTTP server in front of a real one that lets requests through when it is told to. */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly seen: readonly Seen[];
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
export async function openGate(server: Upstream): Promise<Gate> {
  const orders: Order[] = [];
  const proxy = await startFaultProxy(server);
  proxy.fault = (request) => {
    const index = orders.findIndex(({ matches }) => matches(request));
    const [order] = index < 0 ? [] : orders.splice(index, 1);
    if (order === undefined) return undefined;
    const until = () =>
      new Promise<'go on'>((resolve) => {
        order.reached({ release: () => resolve('go on') });
      });
    return { hold: order.what, until };
  };
  const order = (what: Order['what']) => (matches: Matches) =>
    new Promise<Held>((reached) => void orders.push({ what, matches, reached }));
  const { url, seen } = proxy;
  return {
    ...{ url, seen },
    holdRequest: order('request'),
    holdAnswer: order('answer'),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
