import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { killWhenWeEnd } from '../testbed/leftovers.ts';
import { identify, signalGroup, type ProcessIdentity } from '../testbed/process-identity.ts';
import { readSamples, total } from './exposition.ts';

export interface OperatorOptions {
  /** Path of the kubeconfig that it acts with. */
  readonly kubeconfig: string;
  /** Its own namespace, which must exist: of its Lease, and part of what marks its keys. */
  readonly namespace: string;
  /** The namespaces it serves; operators of different tests never meet in one. */
  readonly watch: readonly string[];
  /** Environment variables as in src/config.ts, beside those that the fields above make. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What it says when it counts as started; left out: that it leads. */
  readonly started?: 'leading' | 'caches are filled';
}

/** How the process ended; `code` is `null` after a signal. */
export interface Ending {
  readonly code: number | null;
}

/** Longer than any lease that has to run out before. */
const PATIENCE_MS = 90_000;
/** Longer than the operator's own grace, so that a stop which takes too long is seen as such. */
const STOP_PATIENCE_MS = 40_000;

/**
 * So long that a busy machine does not cost the lease: under Kubernetes the process would be started again, here nobody
 * does. Tests that wait for a lease to run out give times of their own.
 */
const LONG_LEASE = { BEATKEYS_LEASE_DURATION: '90s', BEATKEYS_LEASE_RENEW_DEADLINE: '60s' };

/** The environment variable that names the file of the bundled operator. */
export const programVariable = 'BEATKEYS_BUNDLE';

/** The bundled program that all tests of a run share; throws where there is none. */
export function bundledProgram(): string {
  const file = process.env[programVariable];
  if (file === undefined) throw new Error(`${programVariable} is not set`);
  return file;
}

/** Starts the operator as a process of its own and waits until it has started. Throws with its last lines when it does not. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const operator = new Operator(options);
  try {
    await operator.untilLine(options.started ?? 'leading');
    return operator;
  } catch (error) {
    await operator.kill();
    throw error;
  }
}

/** A running operator: what it says, what it counts, and how to end it. It never outlives the test run. */
export class Operator {
  /** Everything that it wrote, line by line. */
  readonly lines: string[] = [];
  readonly #heard = new EventEmitter();
  readonly #identity: ProcessIdentity;
  readonly #ended: Promise<Ending>;
  #ending: Ending | undefined;

  constructor({ kubeconfig, namespace, watch, settings = {} }: OperatorOptions) {
    const program = bundledProgram();
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      // Many hundred processes of one program: compiled once, each takes a third less of a processor to start.
      NODE_COMPILE_CACHE: path.join(path.dirname(program), 'compiled'),
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: namespace,
      BEATKEYS_WATCH_NAMESPACES: watch.join(','),
      BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
      BEATKEYS_TELEMETRY_PORT: '0',
      // Everything that could leak is said.
      BEATKEYS_LOG_LEVEL: 'debug',
      ...LONG_LEASE,
      ...settings,
    };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity === undefined) throw new Error(`the operator did not start (${program})`);
    this.#identity = identity;
    const forget = killWhenWeEnd(identity);
    this.#heard.setMaxListeners(0);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.#heard.emit('line');
      });
    }
    this.#ended = once(child, 'close').then(([code]) => {
      forget();
      this.#ending = { code: code as number | null };
      this.#heard.emit('line');
      return this.#ending;
    });
  }

  /** False once the process has ended, in whatever way. */
  get runs(): boolean {
    return this.#ending === undefined;
  }

  /** Resolves when the process has ended, in whatever way. */
  get ended(): Promise<Ending> {
    return this.#ended;
  }

  /** Waits for a line with this message, or one that matches, and gives its fields; lines before `from` do not count. */
  async untilLine(wanted: string | RegExp, from = 0): Promise<Readonly<Record<string, unknown>>> {
    const matches = (line: string): boolean =>
      typeof wanted === 'string' ? fieldsOf(line)['message'] === wanted : wanted.test(line);
    const patience = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.lines.slice(from).find(matches);
      if (found !== undefined) return fieldsOf(found);
      if (this.#ending !== undefined) throw new Error(`the operator ended with ${this.#ending.code}; ${this.#tail()}`);
      await once(this.#heard, 'line', { signal: patience }).catch(() => {
        throw new Error(`the operator did not say "${String(wanted)}" in time; ${this.#tail()}`);
      });
    }
  }

  /** The text that Prometheus would scrape. */
  async metrics(): Promise<string> {
    const answer = await this.#ask('/metrics');
    if (!answer.ok) throw new Error(`GET /metrics was answered with ${answer.status}`);
    return answer.text();
  }

  /** What a readiness probe is answered: a status. */
  async readiness(): Promise<number> {
    return (await this.#ask('/readyz')).status;
  }

  /** The sum of all series of a metric that carry these labels; 0 where there is none. */
  async count(metric: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return total(readSamples(await this.metrics()), metric, labels);
  }

  /** SIGTERM, as Kubernetes sends it. Throws when the process does not end well; one that has ended well is left alone. */
  async stop(): Promise<void> {
    signalGroup(this.#identity, 'SIGTERM');
    const { code } = await this.#untilEnded();
    if (code !== 0) throw new Error(`the operator ended with ${code} instead of 0; ${this.#tail()}`);
  }

  /** SIGKILL: it has no time for anything. */
  async kill(): Promise<void> {
    signalGroup(this.#identity, 'SIGKILL');
    await this.#ended;
  }

  /** SIGUSR2: everything is logged, or what is usual again. */
  changeLogLevel(): void {
    signalGroup(this.#identity, 'SIGUSR2');
  }

  /** SIGSTOP: the process stands still, and its connections stay open. */
  pause(): void {
    signalGroup(this.#identity, 'SIGSTOP');
  }

  /** Ends a pause. */
  resume(): void {
    signalGroup(this.#identity, 'SIGCONT');
  }

  /** Waits until it has ended of its own accord, and gives the exit code. */
  async exitCode(): Promise<number | null> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    while (this.#ending === undefined) {
      await once(this.#heard, 'line', { signal: patience }).catch(() => {
        throw new Error(`the operator did not end in time; ${this.#tail()}`);
      });
    }
    return this.#ending.code;
  }

  async #ask(path: string): Promise<Response> {
    const { port } = await this.untilLine('serving /healthz, /readyz and /metrics');
    return fetch(`http://127.0.0.1:${String(port)}${path}`);
  }

  async #untilEnded(): Promise<Ending> {
    using timer = new Timer(STOP_PATIENCE_MS, () => signalGroup(this.#identity, 'SIGKILL'));
    const ending = await this.#ended;
    if (timer.rang) throw new Error(`the operator did not stop in ${STOP_PATIENCE_MS / 1000} s; ${this.#tail()}`);
    return ending;
  }

  #tail(): string {
    return `its last lines:\n${this.lines.slice(-15).join('\n')}`;
  }
}

/** Does something later unless it is disposed of before. */
class Timer implements Disposable {
  rang = false;
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number, ring: () => void) {
    this.#timer = setTimeout(() => {
      this.rang = true;
      ring();
    }, milliseconds);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** A log line is one JSON object; what Node itself says is not. */
function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
