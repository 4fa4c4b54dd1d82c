import type { ElasticsearchConnection, ElasticsearchConnectionStatus } from '../api/types.ts';
import { conditionsOf } from './conditions.ts';
import type { ConnectionVerdict } from './connection-verdict.ts';
import type { Contact } from './contact.ts';

/** How many keys of this installation the cluster holds. */
export interface KeyCounts {
  readonly live: number;
  readonly retiring: number;
  readonly orphaned: number;
}

/**
 * The status of a connection. What an earlier contact told stays while there is none; the cluster's UUID stays in any
 * case, since it is pinned until the spec names another.
 */
export function connectionStatusOf(
  object: ElasticsearchConnection,
  { state, reason, message }: ConnectionVerdict,
  contact: Contact | undefined,
  keys: KeyCounts | undefined,
  now: number,
): ElasticsearchConnectionStatus {
  const { generation } = object.metadata;
  const { conditions: previous = [], observedGeneration: _generation, ...earlier } = object.status ?? {};
  const ready = state === 'ready';
  return {
    ...earlier,
    observedGeneration: generation,
    conditions: conditionsOf(
      [
        { type: 'Ready', status: ready, reason, message },
        { type: 'Reconciling', status: state === 'waiting', reason, message: state === 'waiting' ? message : '' },
        { type: 'Stalled', status: state === 'stalled', reason, message: state === 'stalled' ? message : '' },
      ],
      previous,
      generation,
      now,
    ),
    ...(contact === undefined || !ready
      ? {}
      : {
          version: contact.version,
          clusterUUID: contact.clusterUUID,
          username: contact.owner.username,
          realm: contact.owner.realm,
        }),
    ...(keys === undefined ? {} : { keys }),
  };
}
