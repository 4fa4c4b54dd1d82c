import { BEAT_API_KEY, ELASTICSEARCH_CONNECTION } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import type { ObjectReport } from './object-metrics.ts';

/** What the statuses of all objects say, for metrics. */
export function* objectReports(
  objects: Iterable<BeatApiKey>,
  connections: Iterable<ElasticsearchConnection>,
): Generator<ObjectReport> {
  for (const { metadata, status } of objects) yield reportOf(BEAT_API_KEY.kind, metadata, status);
  for (const { metadata, status } of connections) {
    const { namespace, name } = metadata;
    yield { kind: ELASTICSEARCH_CONNECTION.kind, namespace, name, conditions: status?.conditions ?? [] };
  }
}

function reportOf(
  kind: string,
  { namespace, name }: BeatApiKey['metadata'],
  { conditions = [], expirationTime, renewalTime, retiring = [] }: NonNullable<BeatApiKey['status']> = {},
): ObjectReport {
  return {
    kind,
    namespace,
    name,
    conditions,
    ...(expirationTime === undefined ? {} : { expiration: Date.parse(expirationTime) }),
    ...(renewalTime === undefined ? {} : { renewal: Date.parse(renewalTime) }),
    ...(retiring.length === 0 ? {} : { retiringSince: retiring.map(({ since }) => Date.parse(since)) }),
  };
}
