import { expect, test, vi } from 'vitest';
import { remembered } from './remembered.ts';

const sum = (numbers: readonly number[]): { readonly sum: number } => ({
  sum: numbers.reduce((all, one) => all + one, 0),
});

test('what was asked for before is not worked out again, as long as it is among the last', () => {
  const work = vi.fn(sum);
  const ask = remembered(work, 2);
  const first = ask([1, 2]);
  expect(first).toEqual({ sum: 3 });
  expect(ask([1, 2])).toBe(first);
  expect(ask([2, 1])).toEqual({ sum: 3 });
  expect(work).toHaveBeenCalledTimes(2);
  ask([3]);
  ask([1, 2]);
  expect(work).toHaveBeenCalledTimes(4);
});

test('an answer that is undefined is remembered, too', () => {
  const work = vi.fn((_: string): undefined => undefined);
  const ask = remembered(work, 1);
  ask('one');
  ask('one');
  expect(work).toHaveBeenCalledOnce();
});

test('what JSON cannot carry is worked out each time', () => {
  const work = vi.fn((_: unknown) => 'answer');
  const ask = remembered(work, 2);
  expect([ask(1n), ask(1n), ask(undefined), ask(undefined)]).toEqual(Array(4).fill('answer'));
  expect(work).toHaveBeenCalledTimes(4);
});
