import { styleText } from 'node:util';
import type { Figures } from '../../test/scenario/figures.ts';

/** What a soak is made of: the test files whose names begin so, and whether they are run again while time is left. */
export const PARTS = {
  crash: { name: 'crash matrix', files: 'test/scenario/crash-', again: true },
  reader: { name: 'reader', files: 'test/scenario/reader-', again: false },
  beats: { name: 'Beats', files: 'test/scenario/beats-', again: false },
} as const satisfies Record<string, Part>;

export interface Part {
  readonly name: string;
  readonly files: string;
  /** Its files have an end of their own. */
  readonly again: boolean;
}
export type PartName = keyof typeof PARTS;

/** Figures that each part must report, and the value that some of them must have. */
const WANTED: Readonly<Record<PartName, Readonly<Record<string, number | undefined>>>> = {
  crash: { 'crash.cases': undefined, 'crash.orphans': 0, 'crash.lost': 0 },
  reader: { 'reader.writes': undefined, 'reader.refused': 0 },
  // The test holds what was lost and doubled against a control of its own.
  beats: { 'beats.rotations': undefined, 'beats.lost': undefined, 'beats.doubled': undefined },
};

/** A figure, and what it is held to. */
export interface Row {
  readonly name: string;
  /** Left out where no test reported it. */
  readonly value?: number;
  readonly target?: number;
  readonly pass: boolean;
}

/** Everything that was reported, and everything that these parts should have reported, in the order of names. */
export function judge(figures: Figures, parts: readonly PartName[]): readonly Row[] {
  const wanted: Readonly<Record<string, number | undefined>> = Object.assign(
    {},
    ...parts.map((part) => WANTED[part]),
  ) as Record<string, number | undefined>;
  const names = [...new Set([...Object.keys(figures), ...Object.keys(wanted)])].toSorted();
  return names.map((name) => {
    const value = figures[name];
    const target = wanted[name];
    const pass = value !== undefined && (target === undefined || value === target);
    return { name, pass, ...(value === undefined ? {} : { value }), ...(target === undefined ? {} : { target }) };
  });
}

/** The figures as lines for a terminal. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(28, ...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, target, pass }) => {
    const wanted = target === undefined ? '' : `= ${target}`;
    const verdict = !pass ? styleText('red', 'FAIL') : target === undefined ? '' : styleText('green', 'pass');
    return `${name.padEnd(width)} ${String(value ?? 'missing').padStart(10)} ${wanted.padEnd(6)} ${verdict}`.trimEnd();
  });
  return lines.join('\n');
}
