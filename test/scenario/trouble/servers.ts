import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { generate } from 'selfsigned';

/** A server that is not as it should be. */
export interface OddServer extends AsyncDisposable {
  readonly port: number;
}

/** A server that plays another product. */
export interface PlayedServer extends OddServer {
  readonly url: string;
  /** The headers of every request, in order. */
  readonly seen: readonly IncomingHttpHeaders[];
}

/** Answers every request in the same way. */
export async function playServer(answer: RequestListener): Promise<PlayedServer> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    answer(request, response);
  });
  const odd = await listen(server);
  return { ...odd, url: `http://127.0.0.1:${odd.port}`, seen };
}

/** Accepts connections and says nothing. */
export async function playSilence(): Promise<PlayedServer> {
  return playServer(() => undefined);
}

/** A key and a self-signed certificate, which is its own CA; PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A server certificate for one host name, or for 127.0.0.1; valid since yesterday and until tomorrow unless it has expired. */
export async function serverIdentity(options: { readonly host?: string; readonly expired?: boolean } = {}) {
  const { host, expired = false } = options;
  const yesterday = Date.now() - 86_400_000;
  const name = host === undefined ? { type: 7 as const, ip: '127.0.0.1' } : { type: 2 as const, value: host };
  const made = await generate([{ name: 'commonName', value: host ?? '127.0.0.1' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(yesterday - 86_400_000),
    notAfterDate: new Date(expired ? yesterday : Date.now() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [name] },
    ],
  });
  const identity: Identity = { key: made.private, cert: made.cert };
  return identity;
}

/** HTTPS in front of a node that speaks plain HTTP. */
export interface TlsFront extends OddServer {
  readonly url: string;
  /** TLS handshakes that clients began. */
  readonly handshakes: number;
  /** Bytes that clients sent after a handshake. */
  readonly received: number;
  /** Takes another certificate from now on. */
  renew(identity: Identity): void;
}

/** Starts one with this certificate, whose ways with TLS may be odd in other respects too. */
export async function startTlsFront(
  node: { readonly url: string },
  identity: Identity,
  odd: TlsOptions = {},
): Promise<TlsFront> {
  const { hostname, port } = new URL(node.url);
  let handshakes = 0;
  let received = 0;
  const server = createTlsServer({ ...odd, ...identity }, (client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (chunk: Buffer) => (received += chunk.length));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.on('connection', () => (handshakes += 1));
  server.on('tlsClientError', () => undefined);
  const listening = await listen(server);
  return {
    ...listening,
    url: `https://127.0.0.1:${listening.port}`,
    get handshakes() {
      return handshakes;
    },
    get received() {
      return received;
    },
    renew: (other) => server.setSecureContext({ ...other }),
  };
}

/** A port of the loopback interface at which nothing listens. */
export async function closedPort(): Promise<number> {
  const { port, [Symbol.asyncDispose]: close } = await listen(createTcpServer());
  await close();
  return port;
}

/** On a free port; what is open at the end is cut. */
async function listen(server: Server): Promise<OddServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
