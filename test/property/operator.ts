import { setMaxListeners } from 'node:events';
import { passConnection } from '../../src/controller/connection-pass.ts';
import { Connections } from '../../src/controller/connections.ts';
import type { ConnectionState } from '../../src/controller/connection-state.ts';
import { keyIDsInSecrets } from '../../src/controller/inventory.ts';
import type { Outcome } from '../../src/controller/outcome.ts';
import type { PassContext } from '../../src/controller/pass-context.ts';
import { PassMemory } from '../../src/controller/pass-memory.ts';
import { reconcile } from '../../src/controller/reconcile.ts';
import { WorkQueue } from '../../src/runtime/queue.ts';
import { INSTALLATION } from '../builders/beat-api-key.ts';
import { Crash, must, VISIBILITY_MS } from './circumstances.ts';
import { modelCluster, type ModelCluster } from './model-cluster.ts';
import { CONNECTION_KEY } from './model-connection.ts';
import { modelKeyStore } from './model-key-store.ts';
import { GRACE_MS } from './promises.ts';
import { quiet, unread } from './silence.ts';
import type { Servers } from './servers.ts';

export const DRIFT_MS = 300_000;
const ATTEMPT_LIMIT_MS = 30_000;

/** What one pass over an object did. */
export interface Trace {
  /** Missing: the process was killed. */
  readonly outcome: Outcome | undefined;
  /** Effects on the servers, the object's status among them. */
  readonly effects: number;
}

/** The controllers' passes as they are, one at a time, against the model. */
export class Operator {
  readonly servers: Servers;
  readonly cluster: ModelCluster;
  readonly #key: string;
  #leadingSince: number;
  #connections: Connections;
  #memory = new PassMemory();
  #lookedAt = -Infinity;

  /** `key`: `namespace/name` of the object that passes are over. */
  constructor(servers: Servers, key: string) {
    this.servers = servers;
    this.cluster = modelCluster(servers);
    this.#key = key;
    this.#leadingSince = servers.at.now;
    this.#connections = this.#noConnections();
  }

  /** What the process knows of the connection. */
  get connection(): ConnectionState {
    return this.#connections.of(CONNECTION_KEY);
  }

  /** Another process takes over: all that was in memory is gone, and its watches begin anew. */
  restart(): void {
    const { at, objects } = this.servers;
    at.killed = false;
    at.effectsLeft = Infinity;
    at.log.push('restart');
    this.#leadingSince = at.now;
    this.#connections = this.#noConnections();
    this.#memory = new PassMemory();
    this.#lookedAt = -Infinity;
    for (const { workloads } of objects) for (const workload of workloads) workload.cached = 'unlisted';
  }

  /** A pass over the connection. */
  async lookAtConnection(): Promise<void> {
    this.#lookedAt = this.servers.at.now;
    await this.#unlessKilled((signal) => passConnection(CONNECTION_KEY, this.#connections, this.#context(), signal));
  }

  /** A pass over the object. */
  async pass(): Promise<Trace> {
    const { at } = this.servers;
    if (at.now - this.#lookedAt > DRIFT_MS) await this.lookAtConnection();
    const [effects, noted] = [at.effects, at.log.length];
    const context = { ...this.#context(), connections: this.#connections, memory: this.#memory };
    const outcome = await this.#unlessKilled((signal) => reconcile(this.#key, context, signal));
    const isTold = outcome?.type !== 'retry' || outcome.failure !== undefined;
    must(isTold, `a pass ends: ${at.log.slice(noted).join(', ')}`);
    if (outcome?.type === 'retry') at.log.push(`failed ${outcome.failure?.code ?? ''}`);
    must(outcome?.type !== 'done' || (outcome.dueAt ?? Infinity) > at.now, 'what is due later is in the future');
    return { outcome, effects: at.effects - effects };
  }

  async #unlessKilled<T>(pass: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    // Every attempt listens.
    setMaxListeners(0, stop.signal);
    try {
      return await pass(stop.signal);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.restart();
      return undefined;
    }
  }

  #context(): PassContext {
    const { at } = this.servers;
    return {
      cluster: this.cluster,
      elasticsearch: { open: () => modelKeyStore(this.servers) },
      clock: at.clock,
      logger: quiet,
      meter: unread,
      settings: {
        driftIntervalMs: DRIFT_MS,
        serverlessVisibilityDelayMs: VISIBILITY_MS,
        namespaces: ['logging'],
        orphans: 'invalidate',
        orphanGraceMs: GRACE_MS,
      },
      operator: () => ({
        installation: INSTALLATION,
        visibilityDelayMs: VISIBILITY_MS,
        attemptLimitMs: ATTEMPT_LIMIT_MS,
        leadingSince: this.#leadingSince,
      }),
      mayAct: () => at.mayAsk(),
      wakeObjectsOf: () => undefined,
      currentKeyIDs: () => keyIDsInSecrets(this.cluster.secrets.cache.values()),
    };
  }

  /** Passes come when the test says so, not when a queue does. */
  #noConnections(): Connections {
    const queue = new WorkQueue({ clock: this.servers.at.clock });
    queue.close();
    return new Connections(this.cluster.connections.cache, queue);
  }
}
