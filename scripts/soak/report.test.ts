import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FIGURES_FILE, reportFigures, soakMs, SOAK_MINUTES, sumFigures } from '../../test/scenario/figures.ts';
import { temporaryFolder } from '../../test/testbed/leftovers.ts';
import { judge, table } from './report.ts';

afterEach(() => vi.unstubAllEnvs());

describe('The figures of a soak', () => {
  test('are added up by name', async () => {
    const folder = temporaryFolder('figures-test');
    const file = path.join(folder.path, 'figures');
    writeFileSync(file, '');
    vi.stubEnv(FIGURES_FILE, file);
    reportFigures({ 'crash.cases': 3, 'crash.lost': 0 });
    reportFigures({ 'crash.cases': 4 });
    expect(sumFigures(file)).toEqual({ 'crash.cases': 7, 'crash.lost': 0 });
    await folder.remove();
  });

  test('pass when every wanted one is there and those with a target meet it', () => {
    const beats = { 'beats.rotations': 20, 'beats.lost': 0, 'beats.doubled': 0 };
    const reader = { 'reader.writes': 900, 'reader.refused': 0, 'reader.rotations': 5 };
    const rows = judge({ ...beats, ...reader }, ['reader', 'beats']);
    expect(rows.map(({ name, pass }) => [name, pass])).toEqual([
      ['beats.doubled', true],
      ['beats.lost', true],
      ['beats.rotations', true],
      ['reader.refused', true],
      ['reader.rotations', true],
      ['reader.writes', true],
    ]);
  });

  test.each([
    ['one is missing', { 'reader.writes': 900 }, 'reader.refused                  missing = 0    FAIL'],
    [
      'one misses its target',
      { 'reader.writes': 900, 'reader.refused': 1 },
      'reader.refused                        1 = 0    FAIL',
    ],
  ])('do not pass when %s', (_what, figures, line) => {
    const rows = judge(figures, ['reader']);
    expect(rows.every(({ pass }) => pass)).toBe(false);
    expect(stripVTControlCharacters(table(rows)).split('\n')).toContain(line);
  });
});

describe('The time of a soak', () => {
  test.each([
    ['', undefined],
    ['2', 120_000],
    ['0.5', 30_000],
  ])('of "%s" minutes is %s ms', (text, milliseconds) => {
    vi.stubEnv(SOAK_MINUTES, text);
    expect(soakMs()).toBe(milliseconds);
  });

  test.each(['0', '-1', 'ten', 'Infinity'])('cannot be "%s"', (text) => {
    vi.stubEnv(SOAK_MINUTES, text);
    expect(soakMs).toThrow(RangeError);
  });
});
