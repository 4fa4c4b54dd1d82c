import { randomUUID } from 'node:crypto';
import { Failure } from '../core/failure.ts';
import type { Logger } from '../runtime/log.ts';
import { WorkQueue } from '../runtime/queue.ts';
import { runWorkers } from '../runtime/workers.ts';
import { passConnection } from './connection-pass.ts';
import { Connections } from './connections.ts';
import { keyIDsInSecrets } from './inventory.ts';
import type { Outcome } from './outcome.ts';
import type { PassContext } from './pass-context.ts';
import { PassMemory } from './pass-memory.ts';
import { reconcile } from './reconcile.ts';
import { connectionKey, keyOf, wireTriggers } from './triggers.ts';

/** The controllers, and their queues, as controller-runtime would name them. */
export const OBJECTS = 'beatapikey';
export const CONNECTIONS = 'elasticsearchconnection';

/** Passes over connections at once: one that hangs on a dead host must not hold up the others. */
const CONNECTION_WORKERS = 8;

export interface ControllerOptions extends Omit<PassContext, 'wakeObjectsOf' | 'currentKeyIDs'> {
  /** Passes over objects at once. */
  readonly concurrency: number;
  /** How long running passes may go on after a stop, milliseconds. */
  readonly graceMs: number;
}

/** The two controllers, for objects and for their connections, with a queue each. */
export class Controllers {
  readonly queues: { readonly objects: WorkQueue; readonly connections: WorkQueue };
  /** Passes at once, at most. */
  readonly workers: { readonly objects: number; readonly connections: number };
  readonly #options: ControllerOptions;
  readonly #context: PassContext;
  readonly #connections: Connections;
  readonly #memory = new PassMemory();

  /** Events are taken note of from now on; nothing is done about them before `run`. */
  constructor(options: ControllerOptions) {
    const { clock, cluster, meter } = options;
    this.#options = options;
    this.workers = { objects: options.concurrency, connections: CONNECTION_WORKERS };
    this.queues = {
      objects: new WorkQueue({ clock, meter: meter.queue(OBJECTS) }),
      connections: new WorkQueue({ clock, meter: meter.queue(CONNECTIONS) }),
    };
    this.#connections = new Connections(cluster.connections.cache, this.queues.connections);
    this.#context = {
      ...options,
      wakeObjectsOf: (connection) => this.#wakeObjectsOf(connection),
      currentKeyIDs: () => keyIDsInSecrets(cluster.secrets.cache.values()),
    };
    wireTriggers(cluster, this.#connections, this.queues);
    cluster.beatApiKeys.cache.subscribe(({ before, after }) => {
      if (before !== undefined && before.metadata.uid !== after?.metadata.uid) this.#memory.forget(before.metadata.uid);
    });
  }

  /** Works until `signal` (finish what runs) or `abort` (stop at once) fires. Call it once, as leader. */
  async run(signal: AbortSignal, abort: AbortSignal): Promise<void> {
    const { clock, graceMs } = this.#options;
    // Whatever a pass throws it has told itself, with its id.
    const shared = { clock, graceMs, signal, abort, onError: () => undefined };
    try {
      await Promise.all([
        runWorkers({
          ...shared,
          queue: this.queues.objects,
          concurrency: this.workers.objects,
          handle: (key, stop) =>
            this.#pass(OBJECTS, this.queues.objects, key, stop, (context) => reconcile(key, context, stop)),
        }),
        runWorkers({
          ...shared,
          queue: this.queues.connections,
          concurrency: this.workers.connections,
          handle: (key, stop) =>
            this.#pass(CONNECTIONS, this.queues.connections, key, stop, (context) =>
              passConnection(key, this.#connections, context, stop),
            ),
        }),
      ]);
    } finally {
      // What still waits for its time would keep the process alive until then.
      for (const queue of Object.values(this.queues)) queue.close();
    }
    await this.#connections.close();
  }

  async #pass(
    controller: string,
    queue: WorkQueue,
    key: string,
    stop: AbortSignal,
    run: (
      context: PassContext & { readonly connections: Connections; readonly memory: PassMemory },
    ) => Promise<Outcome>,
  ): Promise<void> {
    const { clock, meter, cluster } = this.#options;
    const logger = this.#options.logger.child({ controller, object: key, reconcileID: randomUUID() });
    const began = clock.monotonic();
    const elapsed = (): number => (clock.monotonic() - began) / 1000;
    const shared = { ...this.#context, logger, connections: this.#connections, memory: this.#memory };
    const outcome = await run(shared).catch((error: unknown) => {
      if (!stop.aborted) tellDefect(error, logger);
      meter.reconciled({ controller, result: 'error', seconds: elapsed() });
      throw error;
    });
    const seconds = elapsed();
    if (outcome.type === 'retry') {
      const retryInMs = Math.round(queue.retry(key, outcome.afterMs));
      if (outcome.failure !== undefined) logger.warn({ error: outcome.failure, retryInMs }, 'a pass failed');
      meter.reconciled({ controller, result: 'error', seconds });
      return;
    }
    queue.forget(key);
    if (outcome.dueAt !== undefined) queue.addAfter(key, Math.max(0, outcome.dueAt - cluster.now()));
    const result = outcome.dueAt === undefined ? 'success' : 'requeue_after';
    meter.reconciled({ controller, result, seconds });
    logger.debug({ result, milliseconds: Math.round(seconds * 1000) }, 'a pass ended');
  }

  #wakeObjectsOf(connection: string): void {
    for (const object of this.#options.cluster.beatApiKeys.cache.values()) {
      if (connectionKey(object) === connection) this.queues.objects.add(keyOf(object), { priority: 'low' });
    }
  }
}

/** Mostly not a failure of a server, but of this program; the pass comes again with backoff all the same. */
function tellDefect(error: unknown, logger: Logger): void {
  if (error instanceof Failure) logger.warn({ error }, 'a pass failed');
  else logger.error({ error }, 'a pass ended with a defect');
}
