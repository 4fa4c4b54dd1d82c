import { BEAT_API_KEY, ELASTICSEARCH_CONNECTION } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import type { ObjectReport } from './object-metrics.ts';

type Retiring = NonNullable<NonNullable<BeatApiKey['status']>['retiring']>[number];

/** What the statuses of all objects say, for metrics. */
export function* objectReports(
  objects: Iterable<BeatApiKey>,
  connections: Iterable<ElasticsearchConnection>,
): Generator<ObjectReport> {
  for (const { metadata, status } of objects) yield reportOf(BEAT_API_KEY.kind, metadata, status);
  for (const { metadata, status } of connections) {
    const { namespace, name } = metadata;
    const { conditions = [], keys } = status ?? {};
    yield {
      kind: ELASTICSEARCH_CONNECTION.kind,
      namespace,
      name,
      conditions,
      ...(keys === undefined ? {} : { keys: { live: keys.live, retiring: keys.retiring } }),
    };
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
    ...(retiring.length === 0 ? {} : { retiring: retiring.map(retirement) }),
  };
}

function retirement({ since, notBefore }: Retiring): NonNullable<ObjectReport['retiring']>[number] {
  return { since: Date.parse(since), ...(notBefore === undefined ? {} : { due: Date.parse(notBefore) }) };
}
