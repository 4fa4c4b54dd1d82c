import { describe, expect, test } from 'vitest';
import { lastWrite } from './field-owner.ts';
import type { ManagedFields } from './object.ts';

const entry = (time: string | undefined, options: Partial<ManagedFields> = {}): ManagedFields => ({
  manager: 'us',
  operation: 'Update',
  ...(time === undefined ? {} : { time }),
  ...options,
});
const [EARLY, LATE] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:07Z'];

describe('a manager wrote last', () => {
  test.for<readonly [string, readonly ManagedFields[] | undefined, string | undefined]>([
    ['at the time of its entry', [entry(EARLY)], EARLY],
    ['at the latest of its times, in whatever order they stand', [entry(LATE), entry(EARLY)], LATE],
    ['whatever others wrote since', [entry(EARLY), entry(LATE, { manager: 'kubectl' })], EARLY],
    ['whatever was applied in its name', [entry(EARLY), entry(LATE, { operation: 'Apply' })], EARLY],
    ['whatever it wrote to a subresource', [entry(EARLY), entry(LATE, { subresource: 'status' })], EARLY],
    ['at a time that can be read', [entry('soon'), entry(EARLY), entry(undefined)], EARLY],
    ['nobody knows when without a time', [entry(undefined)], undefined],
    ['nobody knows when without an entry', [entry(LATE, { manager: 'kubectl' })], undefined],
    ['nobody knows when without any', undefined, undefined],
  ])('%s', ([, entries, time]) => {
    expect(lastWrite(entries, 'us')).toBe(time === undefined ? undefined : Date.parse(time));
  });
});
