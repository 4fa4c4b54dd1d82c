import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure, type FailureKind } from '../core/failure.ts';
import { Breaker } from './breaker.ts';
import { failure } from './failure.ts';

const OPERATION = 'get API key';
const LONGEST_PAUSE_MS = 300_000;

const works = () => Promise.resolve('answer');
const fails = (kind: FailureKind) => () =>
  Promise.reject(failure(OPERATION, { kind, code: 'X', detail: 'The reason' }));

async function failureOf(outcome: Promise<unknown>): Promise<Failure> {
  const error: unknown = await outcome.catch((reason: unknown) => reason);
  if (!(error instanceof Failure)) throw new TypeError('expected a Failure');
  return error;
}

async function openBreaker(): Promise<Breaker> {
  const breaker = new Breaker();
  for (let call = 0; call < 3; call += 1) await failureOf(breaker.run(OPERATION, fails('unavailable')));
  return breaker;
}

describe('a breaker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('opens at the third failure in a row, and then runs nothing', async () => {
    const breaker = await openBreaker();
    const task = vi.fn<() => Promise<string>>(works);
    const open = await failureOf(breaker.run(OPERATION, task));
    expect(task).not.toHaveBeenCalled();
    expect(breaker.available).toBe(false);
    expect(open).toMatchObject({ kind: 'unavailable', code: 'CircuitOpen', outcomeUnknown: false });
    expect(open.detail).toContain('The reason');
    expect(open.retryAfterMs).toBeGreaterThan(0);
    expect(open.retryAfterMs).toBeLessThanOrEqual(LONGEST_PAUSE_MS);
  });

  test.each<FailureKind>(['denied', 'rejected', 'throttled', 'conflict', 'notFound', 'unsupported', 'aborted'])(
    'takes a failure of kind %s for an answer',
    async (kind) => {
      const breaker = new Breaker();
      for (const each of ['unavailable', 'unavailable', kind, 'unavailable', 'unavailable'] as const) {
        await failureOf(breaker.run(OPERATION, fails(each)));
      }
      expect(breaker.available).toBe(true);
    },
  );

  test('lets one task try after the time that it named, and closes when it works', async () => {
    const breaker = await openBreaker();
    const heard: boolean[] = [];
    breaker.onAvailability((available) => heard.push(available));
    const { retryAfterMs = 0 } = await failureOf(breaker.run(OPERATION, works));
    vi.advanceTimersByTime(retryAfterMs);
    expect(await breaker.run(OPERATION, works)).toBe('answer');
    expect([breaker.available, heard]).toEqual([true, [true]]);
  });

  test('lets the others wait for what the one finds', async () => {
    const breaker = await openBreaker();
    vi.advanceTimersByTime(LONGEST_PAUSE_MS);
    const tasks = Array.from({ length: 5 }, () => vi.fn<() => Promise<never>>(fails('unavailable')));
    const codes = await Promise.all(tasks.map(async (task) => (await failureOf(breaker.run(OPERATION, task))).code));
    expect(codes).toEqual(['X', 'CircuitOpen', 'CircuitOpen', 'CircuitOpen', 'CircuitOpen']);
    expect(tasks.filter((task) => task.mock.calls.length > 0)).toHaveLength(1);
  });

  test('stays open when the one that tries is broken off', async () => {
    const breaker = await openBreaker();
    vi.advanceTimersByTime(LONGEST_PAUSE_MS);
    await failureOf(breaker.run(OPERATION, fails('aborted')));
    expect(breaker.available).toBe(false);
  });

  test('never pauses longer than five minutes', async () => {
    const breaker = await openBreaker();
    for (let round = 0; round < 20; round += 1) {
      vi.advanceTimersByTime(LONGEST_PAUSE_MS);
      expect((await failureOf(breaker.run(OPERATION, fails('unavailable')))).code).toBe('X');
    }
  });

  test('tells its listeners until they stop listening', async () => {
    const breaker = new Breaker();
    const heard: boolean[] = [];
    const stop = breaker.onAvailability((available) => heard.push(available));
    for (let call = 0; call < 3; call += 1) await failureOf(breaker.run(OPERATION, fails('unavailable')));
    stop();
    vi.advanceTimersByTime(LONGEST_PAUSE_MS);
    await breaker.run(OPERATION, works);
    expect(heard).toEqual([false]);
  });

  test('passes on what is no failure of a port', async () => {
    const error = new TypeError('a mistake of ours');
    await expect(new Breaker().run(OPERATION, () => Promise.reject(error))).rejects.toBe(error);
  });
});
