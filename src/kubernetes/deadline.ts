import { CallTimeout } from './failure.ts';

/** What ends a call from outside: its caller, or its time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** To be called when the call has ended: the caller's signal is let go of, and no timer is left. */
  end(): void;
}

/** Aborts as `caller` does, or with a `CallTimeout` after so many milliseconds. */
export function deadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const stop = new AbortController();
  const abort = (): void => {
    end();
    stop.abort(caller?.reason);
  };
  const timer = setTimeout(() => stop.abort(new CallTimeout()), ms);
  const end = (): void => {
    clearTimeout(timer);
    caller?.removeEventListener('abort', abort);
  };
  caller?.addEventListener('abort', abort, { once: true });
  return { signal: stop.signal, end };
}
