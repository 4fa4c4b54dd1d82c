/**
 * A program that stands before servers and counts what is asked of them: one listener a lane, one connection to the
 * server for each connection to the lane, bytes passed on as they are. It ends TLS, so that it can read.
 *
 * It is forked with an IPC channel: the first message is {@link Lane}s and is answered with their ports; each further
 * message is answered with {@link Counts}.
 */
import { once } from 'node:events';
import { connect as connectPlain, createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { RequestHeads } from './request-heads.ts';
import { routeOf, type Server } from './route.ts';

/** One way to a server, counted apart from the others. */
export interface Lane {
  readonly name: string;
  readonly server: Server;
  /** Where the server is: `http:` or `https:`; the lane speaks the same. */
  readonly url: string;
  /** For `https:`: the server's CA, and what the lane itself shows. */
  readonly tls?: { readonly ca: string; readonly key: string; readonly certificate: string };
}

/** Requests so far by lane and route. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

const counts: Record<string, Record<string, number>> = {};

process.on('disconnect', () => process.exit());
process.once('message', (lanes: readonly Lane[]) => {
  void Promise.all(lanes.map(listen)).then((ports) => process.send?.(ports));
  process.on('message', () => process.send?.(counts));
});

async function listen({ name, server, url, tls }: Lane): Promise<number> {
  const counted: Record<string, number> = (counts[name] = {});
  const { hostname: host, port } = new URL(url);
  const where = { host, port: Number(port) };
  const onConnection = (client: Socket): void => {
    const upstream = tls === undefined ? connectPlain(where) : connectTls({ ...where, ca: tls.ca });
    const heads = new RequestHeads((head) => {
      const route = routeOf(server, head);
      counted[route] = (counted[route] ?? 0) + 1;
    });
    client.on('data', (chunk: Buffer) => heads.take(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.setNoDelay();
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  };
  const listener =
    tls === undefined
      ? createPlainServer(onConnection)
      : createTlsServer({ key: tls.key, cert: tls.certificate }, onConnection);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return (listener.address() as AddressInfo).port;
}
