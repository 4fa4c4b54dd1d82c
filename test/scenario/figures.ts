/**
 * What `npm run soak` and the tests that run long in it say to each other. Two environment variables:
 *
 * - `BEATKEYS_SOAK_MINUTES`: how long, in minutes, a test shall go on that has no end of its own (a reader, Beats through
 *   rotations); one that has (the crash matrix) runs in its long setting, and is started again while such a time lasts.
 *   Not set in `npm test`: the short setting.
 * - `BEATKEYS_FIGURES`: path of a file to which tests append figures, one JSON object of numbers a line. Not set: nobody
 *   asks for them.
 *
 * A figure is named `WHAT.NAME` (`reader.writes`, `crash.cases`, `beats.lost`). The soak adds up what was said under one
 * name, so that a test says how many, never how many percent.
 */
import { appendFileSync, readFileSync } from 'node:fs';

/** The variables' names, for who sets them. */
export const SOAK_MINUTES = 'BEATKEYS_SOAK_MINUTES';
export const FIGURES_FILE = 'BEATKEYS_FIGURES';

/** Counts by name; zero is worth saying, too. */
export type Figures = Readonly<Record<string, number>>;

/** How long the run of a soak shall last, milliseconds; `undefined` in `npm test`. Throws where the variable is no number. */
export function soakMs(): number | undefined {
  const text = process.env[SOAK_MINUTES];
  if (text === undefined || text === '') return undefined;
  const minutes = Number(text);
  if (!(minutes > 0 && Number.isFinite(minutes))) throw new RangeError(`${SOAK_MINUTES} must be a number above 0`);
  return minutes * 60_000;
}

/** Tells the soak what a test counted; say it before the test asserts, so that a failure has figures, too. */
export function reportFigures(figures: Figures): void {
  const file = process.env[FIGURES_FILE];
  if (file === undefined || file === '') return;
  appendFileSync(file, `${JSON.stringify(figures)}\n`);
}

/** Everything that was reported to a file, added up by name. */
export function sumFigures(file: string): Figures {
  const sums: Record<string, number> = {};
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    for (const [name, count] of Object.entries(JSON.parse(line) as Figures)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
