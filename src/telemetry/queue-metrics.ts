import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueueMeter, QueueSizes } from '../runtime/meter.ts';

/** A queue, and how many passes may run at once. */
export interface Worked {
  readonly queue: QueueSizes;
  readonly workers: number;
}

interface Series {
  readonly metric: string;
  readonly help: string;
  readonly label: 'name' | 'controller';
  readonly of: (worked: Worked) => number;
}

/** The first and the last two have controller-runtime's names and labels. */
const SERIES: readonly Series[] = [
  { metric: 'workqueue_depth', help: 'Keys that wait for a worker.', label: 'name', of: ({ queue }) => queue.depth },
  {
    metric: 'beatkeys_queue_delayed',
    help: 'Keys whose next pass is due later.',
    label: 'name',
    of: ({ queue }) => queue.delayed,
  },
  {
    metric: 'controller_runtime_active_workers',
    help: 'Passes under way.',
    label: 'controller',
    of: ({ queue }) => queue.running,
  },
  {
    metric: 'controller_runtime_max_concurrent_reconciles',
    help: 'Passes that may run at once.',
    label: 'controller',
    of: ({ workers }) => workers,
  },
];

/** controller-runtime's, but for those below a millisecond: passes ask servers, and queues hold up nothing that short. */
const BUCKETS = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** The gauges of `queues` by name, read at each scrape. */
export function registerQueueMetrics(registry: Registry, queues: ReadonlyMap<string, Worked>): void {
  for (const { metric, help, label, of } of SERIES) {
    new Gauge({
      name: metric,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        for (const [name, worked] of queues) this.set({ [label]: name }, of(worked));
      },
    });
  }
}

/** What queues count, under controller-runtime's names; gives the place to count for each queue. */
export function registerQueueCounts(registry: Registry): (name: string) => QueueMeter {
  const shared = { labelNames: ['name'] as const, registers: [registry] };
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that came to wait for a worker.', ...shared });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that were asked for again after a failure.',
    ...shared,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'Time that a key waited for a worker.',
    buckets: BUCKETS,
    ...shared,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Time that a worker had a key.',
    buckets: BUCKETS,
    ...shared,
  });
  return (name) => {
    adds.inc({ name }, 0);
    retries.inc({ name }, 0);
    waited.zero({ name });
    worked.zero({ name });
    return {
      added: () => adds.inc({ name }),
      retried: () => retries.inc({ name }),
      taken: (seconds) => waited.observe({ name }, seconds),
      done: (seconds) => worked.observe({ name }, seconds),
    };
  };
}
