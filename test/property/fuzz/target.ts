import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import fc from 'fast-check';

/** What a function is tried with, and what must hold of it whatever it is given. */
export interface Definition<I, F> {
  readonly inputs: fc.Arbitrary<I>;
  /** The function. */
  readonly real: F;
  /** Throws where it did something that it must not. */
  readonly holds: (subject: F, input: I) => void;
  /** Copies of it with a mistake, by what the mistake is. */
  readonly mistakes: Readonly<Record<string, F>>;
  /** How many inputs are tried in a run; left out: 1,000. */
  readonly runs?: number;
}

/** How a run went. */
export interface Outcome {
  readonly cases: number;
  /** What fast-check says of the input that broke it; `undefined` where none did. */
  readonly failure: string | undefined;
}

/** Something to try, whatever the types of its inputs. */
export interface Target {
  readonly name: string;
  /** Tries the function. */
  run(): Outcome;
  /** Tries a copy with a mistake, in the same way and as often. */
  runMistake(mistake: string): Outcome;
  readonly mistakes: readonly string[];
}

/** Runs of a target; set it higher before a change of what reads others' data is trusted. */
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

/**
 * A run that is not over by then does not end, milliseconds: a hundred times what it takes. A regular expression that goes
 * wrong takes minutes to years.
 */
const HANGS_MS = 60_000;
/** The same for a copy that is known to hang. */
const MISTAKE_HANGS_MS = 3_000;
/** Of runs on mistakes: whether one is found is not left to chance. */
const SEED = 4_711;

/** The input that broke it, as far as it can be written: some are as long and as deep as can be. */
function reportOf<I>(details: fc.RunDetails<[I]>): string {
  const why = details.errorInstance instanceof Error ? details.errorInstance.message : 'it failed';
  return `${why}, with seed ${details.seed} in case ${details.numRuns}: ${inspect(details.counterexample)}`.slice(
    0,
    LONGEST_REPORT,
  );
}

const LONGEST_REPORT = 2_000;

/** Makes a target of what must hold. */
export function target<I, F>(name: string, definition: Definition<I, F>): Target {
  const { inputs, real, holds, mistakes, runs = RUNS } = definition;
  const run = (subject: F, hangsMs: number, seed = Math.trunc(Math.random() * 2 ** 31)): Outcome => {
    let cases = 0;
    const property = fc.property(inputs, (input) => {
      cases += 1;
      holds(subject, input);
    });
    try {
      const details = interruptAfter(hangsMs, () => fc.check(property, { numRuns: runs, endOnFailure: true, seed }));
      return { cases, failure: details.failed ? reportOf(details) : undefined };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return { cases, failure: `it did not end with case ${cases}` };
    }
  };
  return {
    name,
    mistakes: Object.keys(mistakes),
    run: () => run(real, HANGS_MS),
    runMistake: (mistake) => run(mistakes[mistake] as F, MISTAKE_HANGS_MS, SEED),
  };
}

/** Runs `work`, and throws ERR_SCRIPT_EXECUTION_TIMEOUT in the middle of it where it does not end: timers cannot do that. */
function interruptAfter<T>(timeout: number, work: () => T): T {
  const name = '__interruptible';
  let result: { readonly value: T } | undefined;
  Reflect.set(globalThis, name, () => {
    result = { value: work() };
  });
  try {
    runInThisContext(`${name}()`, { timeout });
  } finally {
    Reflect.deleteProperty(globalThis, name);
  }
  if (result === undefined) throw new TypeError('the work gave nothing');
  return result.value;
}

/** Throws with what was expected where that is not so. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it must ${what}`);
}
