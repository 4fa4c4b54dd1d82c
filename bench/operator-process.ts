import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { MALLOC_ARENA_MAX } from '../scripts/build/runtime-options.ts';
import { readSamples, total } from '../test/operator/exposition.ts';
import { freePorts } from '../test/testbed/free-ports.ts';
import { killWhenWeEnd } from '../test/testbed/leftovers.ts';
import { identify } from '../test/testbed/process-identity.ts';
import { lastWorkOf } from './main-thread.ts';
import { IN_FLIGHT, NAMESPACES } from './workload.ts';

export interface OperatorOptions {
  /** The bundled program. */
  readonly bundle: string;
  readonly kubeconfig: string;
  /** Where its output goes. */
  readonly log: string;
  /** Options of Node, such as an image may give. */
  readonly flags: readonly string[];
  /** Marks its keys and objects; the keys of another installation are none of its business. */
  readonly installation: string;
  /** Left out: the operator's own default. */
  readonly driftInterval?: string;
  /** A folder for a CPU profile of the whole life of the process; left out: none is made. */
  readonly profiles?: string | undefined;
}

const PATIENCE_MS = 180_000;
const STOP_PATIENCE_MS = 40_000;

/** Longer than any pause of the process. */
const LEASE = { BEATKEYS_LEASE_DURATION: '180s', BEATKEYS_LEASE_RENEW_DEADLINE: '150s' };

/** The operator as a process of its own. It never outlives this one. */
export class OperatorProcess {
  /** When it was started, milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** Rejects when the process ends without having been told to. */
  readonly endedEarly: Promise<never>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  readonly #url: string;
  readonly #log: string;
  #stopping = false;

  private constructor(
    { bundle, kubeconfig, log, flags, installation, driftInterval, profiles }: OperatorOptions,
    port: number,
  ) {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      MALLOC_ARENA_MAX,
      NODE_ENV: 'production',
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: NAMESPACES.operator,
      BEATKEYS_WATCH_NAMESPACES: `${NAMESPACES.operator},${NAMESPACES.objects}`,
      BEATKEYS_INSTALLATION: installation,
      BEATKEYS_CONCURRENCY: String(IN_FLIGHT),
      BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
      BEATKEYS_TELEMETRY_PORT: String(port),
      ...LEASE,
      ...(driftInterval === undefined ? {} : { BEATKEYS_DRIFT_INTERVAL: driftInterval }),
    };
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const output = openSync(log, 'a');
    this.startedAt = performance.now();
    this.#child = spawn(process.execPath, [...flags, ...profiling, bundle], {
      env,
      stdio: ['ignore', output, output],
      detached: true,
    });
    this.#ended = once(this.#child, 'exit');
    this.endedEarly = this.#ended.then(async ([code]) => {
      if (this.#stopping) return new Promise<never>(() => {});
      throw new Error(`the operator ended with ${String(code)}`);
    });
    this.endedEarly.catch(() => undefined);
    closeSync(output);
    this.#url = `http://127.0.0.1:${port}`;
    this.#log = log;
    const identity = identify(this.#pid);
    if (identity !== undefined) void this.#ended.then(killWhenWeEnd(identity));
  }

  /** Starts it; see `untilReady`. */
  static async start(options: OperatorOptions): Promise<OperatorProcess> {
    const [port = 0] = await freePorts(1);
    return new OperatorProcess(options, port);
  }

  /** Seconds from its start until /readyz says so. */
  async untilReady(): Promise<number> {
    const isReady = async (): Promise<boolean> => (await fetch(`${this.#url}/readyz`)).ok;
    while (!(await isReady().catch(() => false))) {
      this.#complainWhenLate('is not ready');
      await wait(20);
    }
    return (performance.now() - this.startedAt) / 1000;
  }

  /**
   * Seconds from its start until it had nothing left to do: it had passed over its connection, inventory included, and
   * over so many objects, none waited, and its main thread did nothing.
   */
  async untilDone(objects: number): Promise<number> {
    for (;;) {
      const lastWork = await lastWorkOf(this.#pid);
      // Answering this is work, too: it is asked only once nothing seems to be left.
      if (await this.#hasPassed(objects)) return (lastWork - this.startedAt) / 1000;
      this.#complainWhenLate('has not passed over all objects');
    }
  }

  async #hasPassed(objects: number): Promise<boolean> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const samples = readSamples(text);
    const passes = (controller: string): number => total(samples, 'controller_runtime_reconcile_total', { controller });
    const waiting = total(samples, 'workqueue_depth', { name: 'beatapikey' });
    const running = total(samples, 'controller_runtime_active_workers', { controller: 'beatapikey' });
    return waiting + running === 0 && passes('beatapikey') >= objects && passes('elasticsearchconnection') > 0;
  }

  /** Does work while the process stands still, and answers when it went on, milliseconds of `performance.now()`. */
  async whilePaused(work: () => Promise<void>): Promise<number> {
    this.#child.kill('SIGSTOP');
    try {
      await work();
    } finally {
      this.#child.kill('SIGCONT');
    }
    return performance.now();
  }

  /** Resident memory, now and at its highest, MiB (proc_pid_status(5)). */
  memory(): { readonly now: number; readonly highest: number } {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const mebibytes = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now: mebibytes('VmRSS'), highest: mebibytes('VmHWM') };
  }

  get #pid(): number {
    return this.#child.pid ?? 0;
  }

  /** SIGTERM, as Kubernetes sends it; throws when it does not end well. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const ended = await Promise.race([this.#ended, wait(STOP_PATIENCE_MS, ['too late'], { ref: false })]);
    if (ended[0] !== 0) throw new Error(`the operator did not stop well (${String(ended[0])}); ${this.tail()}`);
  }

  #complainWhenLate(complaint: string): void {
    if (performance.now() - this.startedAt > PATIENCE_MS) throw new Error(`the operator ${complaint}; ${this.tail()}`);
  }

  /** What it wrote last. */
  tail(): string {
    return `the end of its log:\n${readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}`;
  }
}

/** Does work that needs an operator; throws when the operator ends before, or does not end well after. */
export async function withOperator(
  options: OperatorOptions,
  work: (operator: OperatorProcess) => Promise<void>,
): Promise<void> {
  const operator = await OperatorProcess.start(options);
  try {
    await Promise.race([work(operator), operator.endedEarly]);
  } catch (error) {
    await operator.stop().catch(() => undefined);
    throw new Error(`${(error as Error).message}\nThe operator: ${operator.tail()}`, { cause: error });
  }
  await operator.stop();
}
