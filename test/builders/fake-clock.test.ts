import { expect, test } from 'vitest';
import { FakeClock } from './fake-clock.ts';

test('sleepers wake in the order of their deadlines, each at its own', async () => {
  const clock = new FakeClock(1_000);
  const woken: string[] = [];
  for (const [name, ms] of [
    ['b', 20],
    ['a', 10],
    ['c', 20],
    ['never', 31],
  ] as const) {
    void clock.sleep(ms).then(() => woken.push(`${name} at ${clock.monotonic()}`));
  }
  await clock.advance(30);
  expect(woken).toEqual(['a at 10', 'b at 20', 'c at 20']);
  expect([clock.monotonic(), clock.now(), clock.sleepers]).toEqual([30, 1_030, 1]);
});

test('who falls asleep while time moves wakes within the same move', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const tick = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(10);
      times.push(clock.monotonic());
    }
  };
  void tick();
  await clock.advance(35);
  expect(times).toEqual([10, 20, 30]);
});

test('a sleep ends with the reason of the signal that aborts it', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(clock.sleep(10, controller.signal)).rejects.toThrow('enough');
  expect(clock.sleepers).toBe(0);
});
