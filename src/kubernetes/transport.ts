import { Agent, type Dispatcher } from 'undici';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import { codeClass, type Meter } from '../runtime/meter.ts';
import { Credentials, sameTLS, type TLSMaterial } from './credential.ts';
import { type Answer, readAnswer } from './answer.ts';
import { deadline } from './deadline.ts';
import { ServerClock } from './server-clock.ts';

export interface Call {
  /** In our words, one of few: it is a label of a metric. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Limits {
  /** From sending to the end of the answer, milliseconds. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

export interface StreamLimits {
  /** How long nothing may come, milliseconds. */
  readonly silenceMs: number;
  /** How long it may go on although something comes, milliseconds. */
  readonly longestMs: number;
}

/** A watch: an answer whose body goes on, or another answer. */
export type Stream = { readonly chunks: AsyncIterable<Uint8Array> } | { readonly answer: Answer };

export interface TransportOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly meter?: Pick<Meter, 'requested'> | undefined;
}

/** A watch's headers come at once; a server that needs longer is overloaded. */
const HEADERS_TIMEOUT_MS = 30_000;
const ERROR_BYTES = 1 << 20;

/** How many ordinary calls are in flight at once; more wait their turn, within their own time. */
const CALLS = 64;

/**
 * The way to the API server. HTTP/1.1 over kept connections: one pool for calls and one for watches, so that watches
 * never take a call's place. Proxies are not supported. Throws what the network throws; who calls makes failures of it.
 */
export class Transport {
  readonly clock: ServerClock;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #credentials: Credentials;
  readonly #local: Clock;
  readonly #meter: Pick<Meter, 'requested'> | undefined;
  #pools: { readonly calls: Agent; readonly watches: Agent; readonly tls: TLSMaterial } | undefined;
  #lastContact: number | undefined;
  #closed = false;

  /** Throws when the kubeconfig names no API server. */
  constructor({ kubeConfig, clock, meter }: TransportOptions) {
    const server = new URL(kubeConfig.getCurrentCluster()?.server ?? '');
    this.clock = new ServerClock(clock);
    this.#origin = server.origin;
    this.#basePath = server.pathname.replace(/\/$/, '');
    this.#credentials = new Credentials(kubeConfig, clock);
    this.#local = clock;
    this.#meter = meter;
  }

  /** When the API server last said something useful, monotonic milliseconds; `undefined`: not yet. */
  get lastContact(): number | undefined {
    return this.#lastContact;
  }

  /** One call, answered whole. */
  async send(call: Call, { timeoutMs, mostBytes }: Limits): Promise<Answer> {
    const started = performance.now();
    const { signal, end } = deadline(timeoutMs, call.signal);
    let status: number | undefined;
    try {
      call.signal?.throwIfAborted();
      const response = await this.#request('calls', call, { signal, headersTimeout: 0, bodyTimeout: 0 });
      const answer = await readAnswer(response, mostBytes);
      status = response.statusCode;
      return answer;
    } finally {
      end();
      this.#count(call, status, started);
    }
  }

  /** A call whose answer goes on until the server, the signal, or one of the limits ends it. */
  async stream(call: Call & { readonly signal: AbortSignal }, limits: StreamLimits): Promise<Stream> {
    const started = performance.now();
    const { signal, end } = deadline(limits.longestMs, call.signal);
    let status: number | undefined;
    try {
      call.signal.throwIfAborted();
      const response = await this.#request('watches', call, {
        signal,
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout: limits.silenceMs,
      });
      if (response.statusCode === 200) {
        status = response.statusCode;
        return { chunks: this.#touching(response.body, end) };
      }
      const answer = await readAnswer(response, ERROR_BYTES);
      status = answer.status;
      end();
      return { answer };
    } catch (error) {
      end();
      throw error;
    } finally {
      this.#count(call, status, started);
    }
  }

  /** Ends every connection, with whatever runs on it. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = this.#pools;
    this.#pools = undefined;
    await Promise.all([pools?.calls.destroy(), pools?.watches.destroy()]);
  }

  async #request(
    pool: 'calls' | 'watches',
    { method, path, headers, body }: Call,
    options: { signal: AbortSignal; headersTimeout: number; bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData> {
    const credential = await this.#credentials.current();
    const sent = this.#local.now();
    const response = await this.#poolsFor(credential.tls)[pool].request({
      origin: this.#origin,
      method,
      path: this.#basePath + path,
      headers: { 'user-agent': 'beatkeys', ...credential.headers, ...headers },
      body: body ?? null,
      ...options,
    });
    const { date } = response.headers;
    this.clock.observe(typeof date === 'string' ? date : undefined, sent, this.#local.now());
    if (response.statusCode === 401) this.#credentials.forget();
    else if (response.statusCode < 500) this.#touch();
    return response;
  }

  /** New certificates mean new connections; what runs on the old ones may end there. */
  #poolsFor(tls: TLSMaterial): { readonly calls: Agent; readonly watches: Agent } {
    if (this.#closed) throw new Error('the transport is closed');
    const before = this.#pools;
    if (before !== undefined && (before.tls === tls || sameTLS(before.tls, tls))) return before;
    const options: Agent.Options = {
      allowH2: false,
      // The API server closes idle connections after 90 s.
      keepAliveTimeout: 60_000,
      connect: { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 },
    };
    this.#pools = { calls: new Agent({ ...options, connections: CALLS }), watches: new Agent(options), tls };
    void before?.calls.close();
    void before?.watches.close();
    return this.#pools;
  }

  async *#touching(body: AsyncIterable<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        this.#touch();
        yield chunk;
      }
    } finally {
      end();
    }
  }

  #touch(): void {
    this.#lastContact = this.#local.monotonic();
  }

  #count({ operation }: Call, status: number | undefined, started: number): void {
    const seconds = (performance.now() - started) / 1_000;
    this.#meter?.requested({ system: 'Kubernetes', operation, codeClass: codeClass(status), seconds });
  }
}
