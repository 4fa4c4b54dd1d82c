import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/build/bundle.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { openMatrix, type Matrix, type MatrixCase } from './crash/matrix.ts';
import { reportCases } from './crash/report.ts';

/**
 * Something goes wrong at each effect of each story, in every way; in the end all is as if nothing had. The effects are
 * those that a run without a fault shows.
 */
/** All cases of a matrix are tried while its first test waits. */
const UNTIL_ALL_ARE_TRIED = { timeout: 7_200_000 };

const folder = temporaryFolder('crash');
const program = process.env['BEATKEYS_BUNDLE'] ?? path.join(folder.path, 'beatkeys.mjs');
if (process.env['BEATKEYS_BUNDLE'] === undefined) await bundle(program);
afterAll(() => folder.remove());

const matrices: Matrix[] = [];
for (const version of elasticsearchVersions()) {
  matrices.push(await openMatrix({ version, program }));
}

async function expectWell({ story, result }: MatrixCase): Promise<void> {
  const { struck, problems, orphans, lost, made, log } = await result;
  if (log.length > 0) console.error(log.join('\n'));
  expect({ struck, problems, orphans, lost }).toEqual({ struck: true, problems: [], orphans: 0, lost: false });
  expect(made).toBeGreaterThanOrEqual(story.stored);
}

describe.each(matrices)('With Elasticsearch $version', (matrix) => {
  afterAll(() => matrix.close());

  test('everything goes wrong', UNTIL_ALL_ARE_TRIED, async () => {
    await matrix.run();
    await reportCases(matrix, matrix.cases);
  });

  test.each(matrix.cases)('$name', expectWell);

  test('killed again at each effect after a kill', UNTIL_ALL_ARE_TRIED, async () => {
    const cases = await matrix.killAgain();
    await reportCases(matrix, cases);
    for (const each of cases) await expectWell(each);
  });
});
