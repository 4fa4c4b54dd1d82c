import { expect, test } from 'vitest';
import { dashedIDsLast } from './key-id-arguments.ts';

const ID = '-l1lH6IBRGpETStu3TZl';

test.each([
  [
    ['delete', ID, '--dry-run'],
    ['delete', '--dry-run', '--', ID],
  ],
  [
    ['delete', 'Pm5CxJoBy4oLc4Q4uE3r', ID, '-y', '--', '-w1lH6IBRGpETStu3TZl'],
    ['delete', 'Pm5CxJoBy4oLc4Q4uE3r', '-y', '--', ID, '-w1lH6IBRGpETStu3TZl'],
  ],
])('%j is taken as %j', (args, taken) => {
  expect(dashedIDsLast(args)).toEqual(taken);
});

test.each([
  [['delete', '--all-orphans', '--yes', '--operator-namespace', 'beatkeys-system']],
  [['delete', '-n', 'logging', '--dry-run']],
  [['status', ID]],
  [[]],
])('%j is left as it is', (args) => {
  expect(dashedIDsLast(args)).toEqual(args);
});
