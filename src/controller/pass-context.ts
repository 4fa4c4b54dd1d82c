import type { OperatorView } from '../core/observed.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Meter } from '../runtime/meter.ts';
import type { Cluster, Elasticsearch, ObjectKey } from './ports.ts';

export interface PassSettings {
  /** How often a connection is looked at when all is well, milliseconds. */
  readonly driftIntervalMs: number;
  /** The visibility delay of serverless projects, milliseconds: their indices are refreshed more slowly. */
  readonly serverlessVisibilityDelayMs: number;
  /** The namespaces that are served. */
  readonly namespaces: 'all' | readonly string[];
  /** What becomes of keys that nobody answers for, and how long they are only told, milliseconds. */
  readonly orphans: 'invalidate' | 'report-only';
  readonly orphanGraceMs: number;
}

/** False for a namespace that is none of this operator's business, whatever led to it. */
export function isServed({ namespaces }: Pick<PassSettings, 'namespaces'>, namespace: string): boolean {
  return namespaces === 'all' || namespaces.includes(namespace);
}

/** What every pass works with. */
export interface PassContext {
  readonly cluster: Cluster;
  readonly elasticsearch: Elasticsearch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly settings: PassSettings;
  /** Who acts, and since when it leads. */
  operator(): OperatorView;
  /** Throws `Failure` (aborted) where the process may not begin an effect any more. */
  mayAct(): void;
  /** Every object that refers to the connection is due for a look. */
  wakeObjectsOf(connection: ObjectKey): void;
  /** Ids of the keys that our Secrets hold. */
  currentKeyIDs(): ReadonlySet<string>;
}
