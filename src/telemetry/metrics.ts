import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter, QueueSizes } from '../runtime/meter.ts';
import { objectMetrics, type ObjectReport } from './object-metrics.ts';
import { registerQueueMetrics } from './queue-metrics.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Process and Node.js metrics (memory, event loop lag, collections) too. */
  readonly process?: boolean;
}

export interface Metrics extends Meter {
  /** Shows a queue under `name`, looked at when scraped. */
  observeQueue(name: string, queue: QueueSizes): void;
  /** Shows the objects that `read` gives too, looked at when scraped: those that went leave no series behind. */
  observeObjects(read: () => Iterable<ObjectReport>): void;
  /** All of it, in Prometheus' text format. */
  expose(): Promise<string>;
  readonly contentType: string;
}

/** From a cache's answer to a hung server, seconds. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** controller-runtime's, cut: its dashboards work on these. */
const PASS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Every metric of the process. Where controller-runtime has one of equal meaning, its name is kept, so that what
 * people have for other operators works. Labels hold words of ours and names of objects: no ids, no URLs.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process === true) collectDefaultMetrics({ register: registry });

  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });

  gauge('beatkeys_build_info', 'Version of the operator; always 1.', 'version', 'node').set(
    { version: options.version, node: process.version },
    1,
  );
  const requests = counter(
    'beatkeys_requests_total',
    'Requests to Kubernetes and Elasticsearch by class of their outcome; none: no answer came.',
    'system',
    'operation',
    'code_class',
  );
  const requestSeconds = new Histogram({
    name: 'beatkeys_request_duration_seconds',
    help: 'Time until a request was answered or given up.',
    labelNames: ['system', 'operation'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const passes = counter('controller_runtime_reconcile_total', 'Passes by result.', 'controller', 'result');
  const passErrors = counter('controller_runtime_reconcile_errors_total', 'Passes that failed.', 'controller');
  const passSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Time that a pass took.',
    labelNames: ['controller'],
    buckets: PASS_BUCKETS,
    registers,
  });
  const keysCreated = counter('beatkeys_keys_created_total', 'API keys created, by reason.', 'reason');
  const keysUpdated = counter('beatkeys_keys_updated_total', 'API keys changed in place.');
  const keysRotated = counter('beatkeys_keys_rotated_total', 'Secrets switched to another key, by reason.', 'reason');
  const keysInvalidated = counter(
    'beatkeys_keys_invalidated_total',
    'Invalidations that Elasticsearch confirmed, by cause.',
    'cause',
  );
  const keysAbandoned = counter('beatkeys_keys_abandoned_total', 'API keys given up alive by an annotation.');
  const creationsDelayed = counter(
    'beatkeys_key_creations_delayed_total',
    'Creations that waited for the limit of their connection.',
  );
  const orphans = gauge('beatkeys_orphaned_keys', 'Keys with our mark and no owner, by connection.', 'connection');
  const relists = counter('beatkeys_watch_relists_total', 'Full lists after the first, by kind.', 'kind');
  const leader = gauge('leader_election_master_status', '1 while this process leads.', 'name');
  leader.set({ name: 'beatkeys' }, 0);
  const queues = new Map<string, QueueSizes>();
  registerQueueMetrics(registry, queues);
  const objects: (() => Iterable<ObjectReport>)[] = [];

  return {
    requested: ({ system, operation, codeClass, seconds }) => {
      requests.inc({ system, operation, code_class: codeClass });
      requestSeconds.observe({ system, operation }, seconds);
    },
    reconciled: ({ controller, result, seconds }) => {
      passes.inc({ controller, result });
      if (result === 'error') passErrors.inc({ controller });
      passSeconds.observe({ controller }, seconds);
    },
    keyCreated: (reason) => keysCreated.inc({ reason }),
    keyUpdated: () => keysUpdated.inc(),
    keyRotated: (reason) => keysRotated.inc({ reason }),
    keysInvalidated: (cause, count) => keysInvalidated.inc({ cause }, count),
    keysAbandoned: (count) => keysAbandoned.inc(count),
    keyCreationDelayed: () => creationsDelayed.inc(),
    orphans: (connection, count) => {
      if (count === undefined) orphans.remove({ connection });
      else orphans.set({ connection }, count);
    },
    relisted: (kind) => relists.inc({ kind }),
    leading: (leads) => leader.set({ name: 'beatkeys' }, leads ? 1 : 0),
    observeQueue: (name, queue) => void queues.set(name, queue),
    observeObjects: (read) => void objects.push(read),
    expose: async () => `${await registry.metrics()}\n${objectMetrics(all(objects))}`,
    contentType: registry.contentType,
  };
}

function* all<T>(sources: readonly (() => Iterable<T>)[]): Generator<T> {
  for (const read of sources) yield* read();
}
