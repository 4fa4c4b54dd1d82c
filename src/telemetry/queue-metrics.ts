import { Gauge, type Registry } from 'prom-client';
import type { QueueSizes } from '../runtime/meter.ts';

interface Series {
  readonly metric: string;
  readonly help: string;
  readonly label: 'name' | 'controller';
  readonly of: (queue: QueueSizes) => number;
}

/** The first and the last have controller-runtime's names and labels. */
const SERIES: readonly Series[] = [
  { metric: 'workqueue_depth', help: 'Keys that wait for a worker.', label: 'name', of: ({ depth }) => depth },
  {
    metric: 'beatkeys_queue_delayed',
    help: 'Keys whose next pass is due later.',
    label: 'name',
    of: ({ delayed }) => delayed,
  },
  {
    metric: 'controller_runtime_active_workers',
    help: 'Passes under way.',
    label: 'controller',
    of: ({ running }) => running,
  },
];

/** Gauges of `queues` by name, read at each scrape. */
export function registerQueueMetrics(registry: Registry, queues: ReadonlyMap<string, QueueSizes>): void {
  for (const { metric, help, label, of } of SERIES) {
    new Gauge({
      name: metric,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        for (const [name, queue] of queues) this.set({ [label]: name }, of(queue));
      },
    });
  }
}
