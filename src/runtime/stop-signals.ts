/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface StopSignalsOptions {
  /** The first signal: stop in good order. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** Every later one: exit now, somebody insists. */
  readonly force: (signal: NodeJS.Signals) => void;
  /** Left out: `process`. */
  readonly source?: SignalSource;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Listens for SIGTERM and SIGINT until disposed of. */
export function onStopSignals(options: StopSignalsOptions): Disposable {
  const { stop, force, source = process } = options;
  let stopping = false;
  const listener = (signal: NodeJS.Signals): void => {
    const react = stopping ? force : stop;
    stopping = true;
    react(signal);
  };
  for (const signal of STOP_SIGNALS) source.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const signal of STOP_SIGNALS) source.off(signal, listener);
    },
  };
}
