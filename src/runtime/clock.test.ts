import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('sleeping ends with the reason of the signal that aborts it', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const sleep = systemClock.sleep(2 ** 40, controller.signal);
  controller.abort(reason);
  await expect(sleep).rejects.toBe(reason);
});

test('sleeping does not begin when the signal has aborted', async () => {
  const reason = new Error('enough');
  await expect(systemClock.sleep(1, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a sleep is never shorter than asked for, by the clock that measures it', async () => {
  const start = systemClock.monotonic();
  await systemClock.sleep(2.5);
  expect(systemClock.monotonic() - start).toBeGreaterThanOrEqual(2.5);
});

test.each([0, -5])('a sleep of %d ms ends', async (ms) => {
  await expect(systemClock.sleep(ms)).resolves.toBeUndefined();
});

test('both clocks go forward', () => {
  const before = [systemClock.now(), systemClock.monotonic()] as const;
  expect(systemClock.now()).toBeGreaterThanOrEqual(before[0]);
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before[1]);
});
