import { Gauge, type Registry } from 'prom-client';

/** What one object's status says, as far as alerts need it. Times are epoch milliseconds. */
export interface ObjectReport {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  readonly expiration?: number;
  readonly renewal?: number;
  /** When each superseded key that still lives was superseded. */
  readonly retiringSince?: readonly number[];
}

interface Series {
  readonly name: string;
  readonly help: string;
  /** The value of one object; `undefined`: it has no such series. */
  readonly of: (object: ObjectReport) => number | undefined;
}

const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

const SERIES: readonly Series[] = [
  {
    name: 'beatkeys_key_expiration_timestamp_seconds',
    help: 'When the current key of an object expires.',
    of: ({ expiration }) => seconds(expiration),
  },
  {
    name: 'beatkeys_key_renewal_timestamp_seconds',
    help: 'When the current key of an object is due to be replaced.',
    of: ({ renewal }) => seconds(renewal),
  },
  {
    name: 'beatkeys_retiring_keys',
    help: 'Superseded keys of an object that still live.',
    of: ({ retiringSince }) => retiringSince?.length,
  },
  {
    name: 'beatkeys_retiring_since_timestamp_seconds',
    help: 'When the longest waiting of the superseded keys of an object was superseded.',
    of: ({ retiringSince = [] }) => (retiringSince.length === 0 ? undefined : seconds(Math.min(...retiringSince))),
  },
];

/**
 * Gauges of single objects, written anew from `sources` at each scrape: an object that is gone, or a condition that
 * changed, leaves nothing behind.
 */
export function registerObjectMetrics(registry: Registry, sources: readonly (() => Iterable<ObjectReport>)[]): void {
  const registers = [registry];
  const objects = function* (): Generator<ObjectReport> {
    for (const read of sources) yield* read();
  };
  new Gauge({
    name: 'beatkeys_condition',
    help: 'Conditions of an object; 1 for the status that each has.',
    labelNames: ['kind', 'namespace', 'name', 'condition', 'status'],
    registers,
    collect() {
      this.reset();
      for (const { kind, namespace, name, conditions } of objects()) {
        for (const { type, status } of conditions) this.set({ kind, namespace, name, condition: type, status }, 1);
      }
    },
  });
  for (const { name: metric, help, of } of SERIES) {
    new Gauge({
      name: metric,
      help,
      labelNames: ['namespace', 'name'],
      registers,
      collect() {
        this.reset();
        for (const object of objects()) {
          const value = of(object);
          if (value !== undefined) this.set({ namespace: object.namespace, name: object.name }, value);
        }
      },
    });
  }
}
