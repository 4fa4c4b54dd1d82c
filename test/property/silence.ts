import type { Logger } from '../../src/runtime/log.ts';
import type { Meter } from '../../src/runtime/meter.ts';

/** A log that nobody reads. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

/** Counts that nobody reads. */
export const unread: Meter = {
  requested: () => undefined,
  reconciled: () => undefined,
  acted: () => undefined,
  denied: () => undefined,
  keyCreated: () => undefined,
  keyUpdated: () => undefined,
  keyRotated: () => undefined,
  keysInvalidated: () => undefined,
  keysAbandoned: () => undefined,
  keyCreationDelayed: () => undefined,
  orphans: () => undefined,
  relisted: () => undefined,
  watching: () => undefined,
  leading: () => undefined,
  queue: () => ({ added: () => undefined, retried: () => undefined, taken: () => undefined, done: () => undefined }),
};
