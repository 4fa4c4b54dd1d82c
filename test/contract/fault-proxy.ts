import { once } from 'node:events';
import {
  Agent as PlainAgent,
  createServer,
  request as plain,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as EncryptedAgent, request as encrypted } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { WatchAnswer, type LineFault } from './watch-answer.ts';

/** What to do with a request instead of passing it on. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Answers with these bytes, which may have no end. */
  | {
      readonly status: number;
      readonly chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Passes it on, and changes the body of the answer, and its status where one is given. */
  | { readonly rewrite: (body: string) => string; readonly as?: number }
  /**
   * Keeps the request from the server, or the server's answer from the caller, until this resolves; then it goes on its
   * way, or the connection is cut. `left` resolves when the caller has given up; a request that was held is on its way all
   * the same. `answered` hears the server's status, `undefined` where it does not answer.
   */
  | {
      readonly hold: 'request' | 'answer';
      readonly until: (left: Promise<void>) => Promise<'go on' | 'cut'>;
      readonly answered?: (status: number | undefined) => void;
    }
  /** Passes it on, and cuts the connection instead of answering. */
  | 'lose the answer'
  /** Passes it on, and cuts the connection in the middle of the answer's body. */
  | 'break off'
  /** Cuts the connection at once. */
  | 'reset'
  /** Accepts it and says nothing. */
  | 'hang';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** When it was complete, milliseconds of `performance.now()`. */
  readonly at: number;
}

/** A request with all that was sent. */
export interface Asked extends Seen {
  readonly body: string;
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
  /** How many requests were without a complete answer at the same time, at most. */
  readonly mostInFlight: number;
  /** Asked for every request; nothing: pass it on. */
  fault: (request: Asked) => Fault | undefined;
  /** Asked for every line of every watch; nothing: pass it on. */
  lineFault: (request: Seen, line: string) => LineFault | undefined;
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
  const watches = new Set<WatchAnswer>();
  const inFlight = new Set<ServerResponse>();
  let mostInFlight = 0;
  const agents = { plain: new PlainAgent({ keepAlive: true }), encrypted: new EncryptedAgent({ keepAlive: true }) };
  const http = createServer((incoming, answer) => {
    // Without its whole request a caller that has gone gets no answer either.
    buffer(incoming).then(
      (body) => serve(incoming, body, answer),
      () => undefined,
    );
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');

  function serve(incoming: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const { headers, method = '', url = '' } = incoming;
    const asked = { method, url: new URL(url, proxy.upstream.url), headers, at: performance.now() };
    seen.push(asked);
    inFlight.add(answer);
    answer.on('close', () => inFlight.delete(answer));
    mostInFlight = Math.max(mostInFlight, inFlight.size);
    const fault = proxy.fault({ ...asked, body: body.toString() });
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (typeof fault === 'object' && 'status' in fault) {
      answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      if ('chunks' in fault) return void pipeline(fault.chunks, answer).catch(() => undefined);
      return void answer.end(fault.body === undefined ? '' : JSON.stringify(fault.body));
    }
    const onward = (): void => pass(asked, body, answer, fault);
    if (typeof fault === 'object' && 'hold' in fault && fault.hold === 'request') {
      return void fault.until(hasLeft(answer)).then((then) => (then === 'cut' ? incoming.socket.destroy() : onward()));
    }
    onward();
  }

  function pass(asked: Seen, body: Buffer, answer: ServerResponse, fault: PassingFault): void {
    const { host: _, ...headers } = asked.headers;
    const { ca } = proxy.upstream;
    const isEncrypted = asked.url.protocol === 'https:';
    const options = { method: asked.method, headers, agent: isEncrypted ? agents.encrypted : agents.plain, ca };
    const hold = typeof fault === 'object' && 'hold' in fault ? fault : undefined;
    const onward = (isEncrypted ? encrypted : plain)(asked.url, options, (reply) => {
      hold?.answered?.(reply.statusCode);
      if (answer.destroyed) return void reply.resume();
      if (asked.url.searchParams.has('watch') && reply.statusCode === 200) return follow(asked, reply, answer);
      if (fault !== undefined && hold?.hold !== 'request') return void answerWith(fault, reply, answer);
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      // Before the caller can have read it to the end, and uses its slot for the next request.
      reply.on('end', () => inFlight.delete(answer));
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    onward.on('close', () => hold?.answered?.(undefined));
    if (hold?.hold !== 'request') answer.on('close', () => onward.destroy());
    onward.end(body);
  }

  function follow(asked: Seen, reply: IncomingMessage, answer: ServerResponse): void {
    answer.writeHead(200, reply.headers);
    answer.flushHeaders();
    const watch = new WatchAnswer(answer, (line) => proxy.lineFault(asked, line));
    watches.add(watch);
    answer.on('close', () => watches.delete(watch));
    reply.on('data', (chunk: Buffer) => watch.take(chunk));
    reply.on('end', () => answer.end());
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
    get mostInFlight() {
      return mostInFlight;
    },
    fault: () => undefined,
    lineFault: () => undefined,
    forget: () => void seen.splice(0),
    inject: (text) => {
      for (const watch of watches) watch.write(text);
    },
    cut: () => {
      for (const watch of watches) watch.cut();
    },
    silence: () => {
      for (const watch of watches) watch.silenced = true;
    },
    async [Symbol.asyncDispose]() {
      if (!http.listening) return;
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
  return proxy;
}

/** Faults that begin when the server has answered. */
type PassingFault = Exclude<Fault, 'reset' | 'hang' | { readonly status: number }> | undefined;

async function answerWith(fault: PassingFault, reply: IncomingMessage, answer: ServerResponse): Promise<void> {
  const whole = await buffer(reply).catch(() => undefined);
  if (whole === undefined) return void answer.destroy();
  const isHeld = typeof fault === 'object' && 'hold' in fault && fault.hold === 'answer';
  const then = isHeld ? await fault.until(hasLeft(answer)) : 'go on';
  if (fault === 'lose the answer' || then === 'cut') return void answer.socket?.destroy();
  const isRewritten = typeof fault === 'object' && 'rewrite' in fault;
  const status = (isRewritten ? fault.as : undefined) ?? reply.statusCode ?? 502;
  if (fault === 'break off') {
    answer.writeHead(status, reply.headers);
    return void answer.write(whole.subarray(0, whole.length / 2), () => answer.socket?.resetAndDestroy());
  }
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = reply.headers;
  const rewritten = isRewritten ? fault.rewrite(whole.toString()) : whole;
  answer.writeHead(status, headers).end(rewritten);
}

/** Resolves when the caller has closed the connection, or has been answered. */
async function hasLeft(answer: ServerResponse): Promise<void> {
  if (!answer.closed) await once(answer, 'close');
}
