import { expect, test } from 'vitest';
import { remembered } from './remembered.ts';

/** Work that counts how often it is done. */
function counted<I = unknown, O = unknown>(
  work: (input: I) => O,
): { readonly work: (input: I) => O; readonly times: () => number } {
  let times = 0;
  return {
    work: (input) => {
      times += 1;
      return work(input);
    },
    times: () => times,
  };
}

test('what was asked for before is not worked out again, as long as it is among the last', () => {
  const { work, times } = counted((numbers: readonly number[]) => ({
    sum: numbers.reduce((all, one) => all + one, 0),
  }));
  const ask = remembered(work, 2);
  const first = ask([1, 2]);
  expect(first).toEqual({ sum: 3 });
  expect(ask([1, 2])).toBe(first);
  expect(ask([2, 1])).toEqual({ sum: 3 });
  expect(times()).toBe(2);
  ask([3]);
  ask([1, 2]);
  expect(times()).toBe(4);
});

test('an answer that is undefined is remembered, too', () => {
  const { work, times } = counted((): undefined => undefined);
  const ask = remembered<string, undefined>(work, 1);
  ask('one');
  ask('one');
  expect(times()).toBe(1);
});

test('what JSON cannot carry is worked out each time', () => {
  const { work, times } = counted(() => 'answer');
  const ask = remembered<unknown, string>(work, 2);
  expect([ask(1n), ask(1n), ask(undefined), ask(undefined)]).toEqual(Array(4).fill('answer'));
  expect(times()).toBe(4);
});
