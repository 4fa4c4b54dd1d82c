import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import { openMatrix, type Matrix, type MatrixCase } from './crash/matrix.ts';
import { reportCases } from './crash/report.ts';
import { soakMs } from './figures.ts';

/*
 * Something goes wrong at each effect of each story, in every way; in the end all is as if nothing had. The effects are
 * those that a run without a fault shows. In a soak with every release of Elasticsearch, and with a second kill after each.
 */
const isSoak = soakMs() !== undefined;

/** All cases of a matrix are tried while its first test waits. */
const UNTIL_ALL_ARE_TRIED = { timeout: 7_200_000 };

const matrices: Matrix[] = [];
for (const version of isSoak ? elasticsearchVersions() : elasticsearchVersions().slice(0, 1)) {
  matrices.push(await openMatrix(version));
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

  if (!isSoak) return;
  test('killed again at each effect after a kill', UNTIL_ALL_ARE_TRIED, async () => {
    const cases = await matrix.killAgain();
    await reportCases(matrix, cases);
    for (const each of cases) await expectWell(each);
  });
});
