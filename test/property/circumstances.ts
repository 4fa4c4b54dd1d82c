import { Failure, type FailureKind } from '../../src/core/failure.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** The process ends between two effects. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Time that moves only when told to, and the accidents that wait to happen. */
export class Circumstances {
  readonly #clock: Pick<Clock, 'now'> | undefined;
  #now = Date.UTC(2026, 0, 1);
  /** The process ends after so many more effects. */
  effectsLeft = Infinity;
  /** The process has ended: it asks nobody for anything any more. */
  killed = false;
  createAnswerIsLost = false;
  secretWriteConflicts = false;
  secretAnswerIsLost = false;
  /** What else happens while the next write of a Secret is under way, before it takes place. */
  meanwhile: (() => void) | undefined;
  /** So many effects there were on the servers. */
  effects = 0;
  /** Events on the object of a name. */
  readonly events: { readonly name: string; readonly reason: string }[] = [];
  /** Effects, events and failures, in order: for a failed run's report. */
  readonly log: string[] = [];

  /** With a clock, time is what that says. */
  constructor(clock?: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock?.now() ?? this.#now;
  }

  set now(ms: number) {
    this.#now = ms;
  }

  /** The process's own clock: it sleeps no longer than time takes to be told to move. */
  get clock(): Clock {
    const now = (): number => this.now;
    return {
      now,
      monotonic: now,
      sleep: async (ms) => {
        this.mayAsk();
        this.now += ms;
        return Promise.resolve();
      },
    };
  }

  /** Called before every request. */
  mayAsk(): void {
    if (this.killed) throw new Crash('killed');
  }

  /** Called after every effect on a server. */
  happened(what: string): void {
    this.log.push(what);
    this.effects += 1;
    this.now += 10;
    if (--this.effectsLeft > 0) return;
    this.killed = true;
    this.log.push('killed');
    throw new Crash('killed');
  }
}

/** What a server's port would throw. */
export const failure = (kind: FailureKind, system: 'Kubernetes' | 'Elasticsearch', outcomeUnknown = false): Failure =>
  new Failure({ kind, system, operation: 'model', code: kind, outcomeUnknown });

/** As the operator's settings have it: how long a new key may stay invisible to searches, milliseconds. */
export const VISIBILITY_MS = 2_000;

/** A time as the API server tells it: whole seconds, epoch milliseconds. */
export const wholeSeconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/** A promise that was broken. */
class Broken extends Error {
  override readonly name = 'Broken';
}
/** Ends the run where a promise does not hold. */
export function must(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Broken(promise);
}
