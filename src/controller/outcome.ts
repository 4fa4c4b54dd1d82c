import type { Failure } from '../core/failure.ts';

/** How a pass ended, and when the next one is due. */
export type Outcome =
  /** `dueAt`: epoch milliseconds. */
  | { readonly type: 'done'; readonly dueAt?: number }
  /** With backoff, on top of what a server asked for. */
  | { readonly type: 'retry'; readonly afterMs: number; readonly failure?: Failure };
