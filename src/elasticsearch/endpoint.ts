import { Client, type TransportResult } from '@elastic/elasticsearch';
import { Pool } from 'undici';
import type * as z from 'zod';
import type { ElasticsearchTarget } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import { codeClass, type Meter } from '../runtime/meter.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import { aborted, failure, failureOf, REDIRECT, UNREADABLE } from './failure.ts';
import { COMPRESSED, errorCode } from './network-failure.ts';
import type { Operation } from './operations.ts';
import { BoundedSerializer } from './serializer.ts';

/** Longest time for one request from sending it to the end of the answer, unless told otherwise; milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Time for a TCP and TLS handshake; short enough to try another URL within a request's time. */
const CONNECT_TIMEOUT_MS = 4_000;
/** Shorter than the idle limits of common load balancers (60 s), so that no request meets a closed connection. */
const KEEP_ALIVE_MS = 30_000;
/** Largest answer unless a call says otherwise, bytes. */
const MOST_ANSWER = 1024 * 1024;

/** How the client is to send a call. */
export interface SendOptions {
  readonly signal: AbortSignal;
  readonly meta: true;
  readonly maxResponseSize: number;
  /** Of what the client takes for bytes, such as an answer of the type of vector tiles. */
  readonly maxCompressedResponseSize: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request, and how to read its answer. */
export interface Call<T> {
  readonly operation: Operation;
  readonly answer: z.ZodType<T>;
  /** The body, for the words of a refusal. */
  readonly sent?: unknown;
  /** `encoded` of an API key to use instead of the operator's own credential. */
  readonly apiKey?: Sensitive;
  /** How many times the usual time the answer may take; left out: once. */
  readonly patience?: number;
  readonly mostBytes?: number;
  request(client: Client, options: SendOptions): Promise<TransportResult<unknown, unknown>>;
}

export interface EndpointOptions {
  readonly target: Pick<ElasticsearchTarget, 'ca' | 'serverName' | 'username' | 'password'>;
  readonly meter: Pick<Meter, 'requested'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly requestTimeoutMs: number;
}

/** One URL of a cluster: a client that sends each call once, and reads its answer strictly. */
export class Endpoint {
  readonly url: string;
  readonly #client: Client;
  readonly #options: EndpointOptions;

  constructor(url: string, options: EndpointOptions) {
    this.url = url;
    this.#options = options;
    const { target } = options;
    this.#client = clientFor(url, target, () => connections(url, target));
  }

  /** Throws a `Failure`. Whatever is `unavailable` and not `outcomeUnknown` never reached the server. */
  async send<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw aborted(call.operation, false);
    const { clock, meter, requestTimeoutMs } = this.#options;
    const deadline = AbortSignal.timeout(requestTimeoutMs * (call.patience ?? 1));
    const mostBytes = call.mostBytes ?? MOST_ANSWER;
    const start = clock.monotonic();
    let status: number | undefined;
    try {
      const answer = await call.request(this.#client, {
        // A signal of its own: the client dispatches events on the one that it is given.
        signal: AbortSignal.any([signal, deadline]),
        meta: true,
        maxResponseSize: mostBytes,
        maxCompressedResponseSize: mostBytes,
        headers: call.apiKey === undefined ? {} : { authorization: `ApiKey ${call.apiKey.reveal()}` },
      });
      status = answer.statusCode;
      if (status >= 300) throw failure(call.operation, REDIRECT);
      const read = call.answer.safeParse(answer.body);
      if (!read.success) throw failure(call.operation, UNREADABLE);
      return read.data;
    } catch (error) {
      if (error instanceof Failure) throw error;
      status = statusOf(error);
      throw failureOf(error, { operation: call.operation, url: this.url, sent: call.sent, signal, deadline });
    } finally {
      const seconds = (clock.monotonic() - start) / 1_000;
      meter.requested({ system: 'Elasticsearch', operation: call.operation, codeClass: codeClass(status), seconds });
    }
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** The client, which sends through what `agent` makes: an undici `Pool`, or what looks like one. */
export function clientFor(
  url: string,
  user: Pick<ElasticsearchTarget, 'username' | 'password'>,
  agent: () => unknown,
): Client {
  return new Client({
    node: url,
    auth: { username: user.username, password: user.password.reveal() },
    // Plain JSON, in lower-case names: the client's own media type is refused by an 8.x server.
    headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'beatkeys' },
    enableMetaHeader: false,
    Serializer: BoundedSerializer,
    maxRetries: 0,
    requestTimeout: REQUEST_TIMEOUT_MS,
    compression: false,
    sniffOnStart: false,
    sniffOnConnectionFault: false,
    sniffInterval: false,
    agent,
  });
}

/**
 * The pool that the client sends through. Our own, because the client keeps only the message of a failed connection:
 * here the error's code becomes that message. And because the client would unpack whatever says that it is compressed,
 * a gigabyte out of each megabyte, although nobody asked for that: here such an answer ends before it is read.
 */
function connections(url: string, { ca, serverName }: EndpointOptions['target']): unknown {
  const pool = new Pool(new URL(url).origin, {
    connect: {
      rejectUnauthorized: true,
      timeout: CONNECT_TIMEOUT_MS,
      // As curl and Go do: whatever is in the bundle is trusted, an intermediate or the server's own certificate too.
      ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The deadline of each call is its signal.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    request: async (options: Parameters<Pool['request']>[0]) => {
      const response = await pool.request(options).catch((error: unknown) => {
        throw new Error(errorCode(error));
      });
      if ((response.headers['content-encoding'] ?? 'identity') === 'identity') return response;
      response.body.on('error', () => undefined).destroy();
      throw new Error(COMPRESSED);
    },
    close: () => pool.close(),
  };
}

function statusOf(error: unknown): number | undefined {
  const { meta } = error as { meta?: { statusCode?: unknown } };
  return typeof meta?.statusCode === 'number' && meta.statusCode > 0 ? meta.statusCode : undefined;
}
