import type { LogLevel } from './log.ts';
import type { SignalSource } from './stop-signals.ts';

export interface LogLevelSignalOptions {
  /** The level that was set at the start. */
  readonly usual: LogLevel;
  /** What is told changes to this level. */
  readonly change: (level: LogLevel) => void;
  /** Left out: `process`. */
  readonly source?: SignalSource;
}

/** Node keeps SIGUSR1 for its debugger. */
const SIGNAL = 'SIGUSR2';

/**
 * SIGUSR2 has everything told, the next one what is usual, and so on, until disposed of. A signal and no endpoint: whoever
 * may send one to this process may do all that it may, so that no further door has to be guarded.
 */
export function onLogLevelSignal(options: LogLevelSignalOptions): Disposable {
  const { usual, change, source = process } = options;
  let level = usual;
  const listener = (): void => {
    level = level === 'debug' ? (usual === 'debug' ? 'info' : usual) : 'debug';
    change(level);
  };
  source.on(SIGNAL, listener);
  return { [Symbol.dispose]: () => void source.off(SIGNAL, listener) };
}
