import type { ElasticsearchConnection } from '../api/types.ts';
import type { ConnectionVerdict } from './connection-verdict.ts';
import type { ObjectEvent } from './events.ts';

/** Told when a connection begins to stand otherwise. `object`: as it was before. */
export function connectionEvents(
  { spec, status }: ElasticsearchConnection,
  { state, reason, message }: ConnectionVerdict,
): readonly ObjectEvent[] {
  const previous = status?.conditions?.find(({ type }) => type === 'Ready');
  if (previous?.reason === reason) return [];
  if (state !== 'ready') return [{ type: 'Warning', reason: 'ConnectionFailed', action: 'Connect', note: message }];
  const plain = (spec.urls ?? []).some((url) => url.startsWith('http://'));
  return [
    ...(plain ? [PLAIN_HTTP] : []),
    ...(previous === undefined
      ? []
      : [{ type: 'Normal', reason: 'ConnectionRestored', action: 'Connect', note: message } as const]),
  ];
}

const PLAIN_HTTP: ObjectEvent = {
  type: 'Warning',
  reason: 'PlainHTTP',
  action: 'Connect',
  note: 'spec.urls has http://: the password and every key travel in clear',
};
