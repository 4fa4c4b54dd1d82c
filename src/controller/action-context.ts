import type { Desired } from '../core/desired.ts';
import type { Observed } from '../core/observed.ts';
import type { ConnectionState } from './connection-state.ts';
import type { Connections } from './connections.ts';
import type { PassContext } from './pass-context.ts';
import type { PassMemory } from './pass-memory.ts';

/** What an action works with, beside its own data. */
export interface ActionContext extends PassContext {
  readonly observed: Observed;
  readonly desired: Desired | undefined;
  readonly connection: ConnectionState | undefined;
  readonly connections: Connections;
  readonly memory: PassMemory;
}
