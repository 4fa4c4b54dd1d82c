import { CONNECTION_FINALIZER } from '../api/names.ts';
import type { ElasticsearchConnection } from '../api/types.ts';
import type { ConnectionState } from './connection-state.ts';
import type { Cluster } from './ports.ts';

/** True where the connection outlasts the objects that refer to it. */
export const isHeld = ({ metadata }: ElasticsearchConnection): boolean =>
  (metadata.finalizers ?? []).includes(CONNECTION_FINALIZER);

/**
 * Puts the finalizer on the connection unless it is there, once for all who ask at the same time. One that is being
 * deleted takes no other finalizer. Throws `Failure`; `conflict` where the connection was changed meanwhile.
 */
export async function holdConnection(state: ConnectionState, { connections }: Cluster): Promise<void> {
  const object = connections.cache.get(state.key);
  if (object === undefined || isHeld(object) || object.metadata.deletionTimestamp !== undefined) return;
  state.holding ??= connections.hold(object).finally(() => (state.holding = undefined));
  await state.holding;
}
