import { Gauge, type Registry } from 'prom-client';
import type { QueueSizes } from '../runtime/meter.ts';

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

/** Gauges of `queues` by name, read at each scrape. */
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
