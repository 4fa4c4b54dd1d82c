import fc from 'fast-check';
import type { Verdict } from './verdict.ts';

/** Always the same cases, so that a run in CI is worth as much as one at a desk. */
const SEED = 20_261_127;

/** How many specs are shown where nothing else is asked for. */
export function wanted(usual: number): number {
  const factor = Number(process.env['AGREEMENT_FACTOR'] ?? 1);
  if (!(factor > 0 && Number.isFinite(factor))) throw new RangeError('AGREEMENT_FACTOR must be a number above 0');
  return Math.ceil(usual * factor);
}

/**
 * Examines so many cases, as many at once as `examine` lets, and counts the outcomes. Where a verdict is a disagreement
 * it throws with the smallest case for it that can be found.
 */
export async function tally<T>(
  cases: fc.Arbitrary<T>,
  count: number,
  examine: (value: T) => Promise<Verdict>,
): Promise<ReadonlyMap<string, number>> {
  const verdicts = await Promise.all(
    fc.sample(fc.tuple(cases), { seed: SEED, numRuns: count }).map(([value]) => examine(value)),
  );
  const first = verdicts.findIndex((verdict) => 'disagreement' in verdict);
  if (first !== -1) {
    const disagreements = verdicts.filter((verdict) => 'disagreement' in verdict).length;
    // From that case on: fast-check makes the same ones again, and shrinks.
    await fc.assert(
      fc.asyncProperty(cases, async (value) => {
        const verdict = await examine(value);
        if ('disagreement' in verdict) throw new Error(`${disagreements} of ${count}; here ${verdict.disagreement}`);
      }),
      { seed: SEED, path: String(first) },
    );
    throw new Error(`a disagreement that does not come again: ${JSON.stringify(verdicts[first])}`);
  }
  const outcomes = verdicts.flatMap((verdict) => ('outcome' in verdict ? [verdict.outcome] : []));
  return new Map(
    Object.entries(Object.groupBy(outcomes, (outcome) => outcome)).map(([name, all = []]) => [name, all.length]),
  );
}
