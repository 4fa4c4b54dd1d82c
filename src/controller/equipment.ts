import type { Terms } from '../core/connection-view.ts';
import type { Desired } from '../core/desired.ts';
import { Failure } from '../core/failure.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ActionContext } from './action-context.ts';
import type { KeyStore } from './ports.ts';

/** What an action on Elasticsearch cannot do without. */
export interface Equipment {
  readonly store: KeyStore;
  readonly connection: ConnectionState;
  readonly terms: Terms;
  readonly desired: Desired;
  /** Version of the connection that `store` belongs to. */
  readonly version: string;
}

/** Throws `Failure` (unavailable) where the connection was lost since the plan was made. */
export function equipped({ connection, observed, desired }: ActionContext): Equipment {
  const store = connection?.store;
  if (
    connection === undefined ||
    store === undefined ||
    observed.connection.state !== 'ready' ||
    desired === undefined
  ) {
    throw notConnected('connect');
  }
  return { store, connection, terms: observed.connection.terms, desired, version: connection.version };
}

/** The connection has no client, or lost it since the plan was made: the pass comes again. */
export const notConnected = (operation: string): Failure =>
  new Failure({ kind: 'unavailable', system: 'Elasticsearch', operation, code: 'NotConnected' });
