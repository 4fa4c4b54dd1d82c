import { afterAll, describe, expect, test, vi } from 'vitest';
import { reportFigures } from '../scenario/figures.ts';
import { answerTargets } from './fuzz/answer-targets.ts';
import { policyTargets } from './fuzz/policy-targets.ts';
import { redactionTargets } from './fuzz/redaction-targets.ts';
import { specTargets } from './fuzz/spec-targets.ts';
import { textTargets } from './fuzz/text-targets.ts';

/** Whatever reads what others wrote: it never throws, always ends, and keeps what it promises. */

vi.setConfig({ testTimeout: 180_000 });

const targets = [...specTargets, ...policyTargets, ...answerTargets, ...textTargets, ...redactionTargets];

/** Cases by target, and in how many each mistake was found. */
const tried: { readonly target: string; readonly cases: number; readonly mistakes: string[] }[] = [];
afterAll(() => {
  const width = Math.max(...tried.map(({ target }) => target.length));
  const lines = tried.map(
    ({ target, cases, mistakes }) =>
      `${target.padEnd(width)} ${String(cases).padStart(6)} cases; ${mistakes.join('; ')}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  reportFigures(Object.fromEntries(tried.map(({ target, cases }) => [`fuzz.${target.replaceAll(' ', '-')}`, cases])));
});

describe.each(targets)('$name', (one) => {
  const row = { target: one.name, cases: 0, mistakes: [] as string[] };
  tried.push(row);

  test('is read well, whatever it is', () => {
    const { cases, failure } = one.run();
    row.cases = cases;
    expect(failure).toBeUndefined();
  });

  test.each([...one.mistakes])('would not be, if %s', (mistake) => {
    const { cases, failure } = one.runMistake(mistake);
    row.mistakes.push(`"${mistake}" found in ${cases}`);
    expect(failure).toBeDefined();
  });
});
