import { expect, test } from 'vitest';
import { assertNever } from './assert-never.ts';

test('assertNever throws should a value slip in, and does not print it', () => {
  expect(() => assertNever('secret' as never, 'action')).toThrow(/^unexpected action$/);
});
