import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter, QueueSizes, WatchState } from '../runtime/meter.ts';
import type { MetricDescription } from './metric-description.ts';
import { OBJECT_METRICS, objectMetrics, type ObjectReport } from './object-metrics.ts';
import { registerQueueCounts, registerQueueMetrics, type Worked } from './queue-metrics.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Process and Node.js metrics (memory, event loop lag, collections) too. */
  readonly process?: boolean;
}

export interface Metrics extends Meter {
  /** Shows a queue under `name`, looked at when scraped, and how many passes over its keys may run at once. */
  observeQueue(name: string, queue: QueueSizes, workers: number): void;
  /** Shows the objects that `read` gives too, looked at when scraped: those that went leave no series behind. */
  observeObjects(read: () => Iterable<ObjectReport>): void;
  /** All of it, in Prometheus' text format. */
  expose(): Promise<string>;
  readonly contentType: string;
  /** Every metric that is exposed, in the order of their names, but for those of the process. */
  describe(): readonly MetricDescription[];
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
  const actions = counter(
    'beatkeys_actions_total',
    'What passes did for objects, by reason and result: success, or the kind of the failure.',
    'action',
    'reason',
    'result',
  );
  const denials = counter(
    'beatkeys_policy_denials_total',
    'Objects that were refused for what their connection lends, by reason.',
    'reason',
  );
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
  const watches = gauge(
    'beatkeys_watches',
    'Watches of the API server by state: following, or interrupted and being opened.',
    'kind',
    'state',
  );
  const leader = gauge('leader_election_master_status', '1 while this process leads.', 'name');
  leader.set({ name: 'beatkeys' }, 0);
  const queues = new Map<string, Worked>();
  registerQueueMetrics(registry, queues);
  const queue = registerQueueCounts(registry);
  const described = [...registry.getMetricsAsArray().map(describe), ...OBJECT_METRICS];
  const objects: (() => Iterable<ObjectReport>)[] = [];
  if (options.process === true) collectDefaultMetrics({ register: registry });

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
    acted: ({ action, reason, result }) => actions.inc({ action, reason, result }),
    denied: (reason) => denials.inc({ reason }),
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
    watching: (kind, before, after) => {
      const count = (state: WatchState | undefined, by: number): void => {
        if (state !== undefined) watches.inc({ kind, state }, by);
      };
      count(before, -1);
      count(after, 1);
    },
    leading: (leads) => leader.set({ name: 'beatkeys' }, leads ? 1 : 0),
    queue,
    observeQueue: (name, sizes, workers) => void queues.set(name, { queue: sizes, workers }),
    observeObjects: (read) => void objects.push(read),
    expose: async () => `${await registry.metrics()}\n${objectMetrics(all(objects))}`,
    contentType: registry.contentType,
    describe: () => described.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** The client's types leave the labels out. */
function describe(metric: { readonly name: string; readonly help: string }): MetricDescription {
  const { name, help, type, labelNames } = metric as Omit<MetricDescription, 'labels'> & { labelNames: string[] };
  return { name, help, type, labels: labelNames };
}

function* all<T>(sources: readonly (() => Iterable<T>)[]): Generator<T> {
  for (const read of sources) yield* read();
}
