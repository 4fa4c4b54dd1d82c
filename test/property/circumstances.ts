import { Failure, type FailureKind } from '../../src/core/failure.ts';

/** The process ends between two effects. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Time that moves only when told to, and the accidents that wait to happen. */
export class Circumstances {
  now = Date.UTC(2026, 0, 1);
  /** The process ends after so many more effects. */
  effectsLeft = Infinity;
  createAnswerIsLost = false;
  secretWriteConflicts = false;

  /** Called after every effect on a server. */
  happened(): void {
    this.now += 10;
    if (--this.effectsLeft <= 0) throw new Crash('killed');
  }
}

/** What a server's port would throw. */
export const failure = (kind: FailureKind, system: 'Kubernetes' | 'Elasticsearch', outcomeUnknown = false): Failure =>
  new Failure({ kind, system, operation: 'model', code: kind, outcomeUnknown });

/** As the operator's settings have it: how long a new key may stay invisible to searches, milliseconds. */
export const VISIBILITY_MS = 2_000;

/** A promise that the plan broke. */
class Broken extends Error {
  override readonly name = 'Broken';
}
/** Ends the run where a promise does not hold. */
export function must(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Broken(promise);
}
