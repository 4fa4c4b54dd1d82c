import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { exponentialBackoff } from './backoff.ts';
import { WorkQueue } from './queue.ts';
import { type WorkersOptions, runWorkers } from './workers.ts';

const GRACE_MS = 20_000;

/** Workers over a queue of their own; a pass ends when its gate opens, or at once without gate. */
function startWorkers(overrides: Partial<WorkersOptions> = {}) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, backoff: exponentialBackoff({ random: () => 1 }) });
  const stop = new AbortController();
  const errors: unknown[][] = [];
  const ended = runWorkers({
    queue,
    clock,
    concurrency: 2,
    graceMs: GRACE_MS,
    signal: stop.signal,
    handle: () => Promise.resolve(),
    onError: (...error) => errors.push(error),
    ...overrides,
  });
  return { clock, queue, stop, errors, ended };
}
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

describe('workers', () => {
  test('run as many passes at once as allowed', async () => {
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const { clock, queue, stop, ended } = startWorkers({
      handle: (key) => {
        const gate = Promise.withResolvers<void>();
        gates.set(key, gate);
        return gate.promise;
      },
    });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.settle();
    expect([...gates.keys()]).toEqual(['a', 'b']);
    gates.get('b')?.resolve();
    await clock.settle();
    expect([...gates.keys()]).toEqual(['a', 'b', 'c']);
    for (const gate of gates.values()) gate.resolve();
    stop.abort();
    await ended;
  });

  test('survive passes that throw or reject, report them, and come back to the key after its backoff', async () => {
    const seen: string[] = [];
    const { clock, queue, stop, errors, ended } = startWorkers({
      concurrency: 1,
      handle: (key) => {
        seen.push(key);
        if (seen.length === 1) throw new Error('thrown');
        return seen.length === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve();
      },
    });
    queue.add('a');
    await clock.settle();
    expect(errors).toEqual([['a', new Error('thrown'), 1_000]]);
    await clock.advance(1_000);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toEqual(['a', new Error('rejected'), 2_000]);
    await clock.advance(2_000);
    expect(seen).toEqual(['a', 'a', 'a']);
    expect(queue.running).toBe(0);
    stop.abort();
    await ended;
  });

  test('begin nothing after the stop, and wait for what runs', async () => {
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const { clock, queue, stop, ended } = startWorkers({
      concurrency: 1,
      handle: (key) => {
        begun.push(key);
        return gate.promise;
      },
    });
    queue.add('a');
    queue.add('b');
    await clock.settle();
    stop.abort();
    await clock.advance(GRACE_MS - 1);
    gate.resolve();
    await ended;
    expect([begun, queue.depth, clock.sleepers]).toEqual([['a'], 1, 0]);
  });

  test('give back a key that was handed to them in the moment of the stop', async () => {
    const begun: string[] = [];
    const { clock, queue, stop, ended } = startWorkers({
      handle: (key) => {
        begun.push(key);
        return Promise.resolve();
      },
    });
    await clock.settle();
    queue.add('a');
    stop.abort();
    await ended;
    expect([begun, queue.depth, queue.running]).toEqual([[], 1, 0]);
  });

  test('abort what still runs when the grace is over, and report nothing of it', async () => {
    const { clock, queue, stop, errors, ended } = startWorkers({ handle: (_, signal) => untilAborted(signal) });
    queue.add('a');
    await clock.settle();
    stop.abort();
    await clock.advance(GRACE_MS);
    await ended;
    expect([errors, queue.depth, queue.delayed, queue.running]).toEqual([[], 0, 0, 0]);
  });

  test('report a pass that fails by itself within the grace', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, queue, stop, errors, ended } = startWorkers({ handle: () => gate.promise });
    queue.add('a');
    await clock.settle();
    stop.abort();
    gate.reject(new Error('refused'));
    await ended;
    expect(errors).toEqual([['a', new Error('refused'), 1_000]]);
  });

  test('abort everything at once when told to', async () => {
    const abort = new AbortController();
    const reasons: unknown[] = [];
    const { clock, queue, errors, ended } = startWorkers({
      abort: abort.signal,
      handle: (_, signal) =>
        untilAborted(signal).catch((reason: unknown) => {
          reasons.push(reason);
          throw reason;
        }),
    });
    queue.add('a');
    await clock.settle();
    const lost = new Error('the lease is lost');
    abort.abort(lost);
    await ended;
    expect([reasons, errors, clock.sleepers]).toEqual([[lost], [], 0]);
  });

  test('abort everything at once when told to during the grace', async () => {
    const abort = new AbortController();
    const { clock, queue, stop, ended } = startWorkers({
      abort: abort.signal,
      handle: (_, signal) => untilAborted(signal),
    });
    queue.add('a');
    await clock.settle();
    stop.abort();
    await clock.advance(1_000);
    abort.abort();
    await ended;
    expect(clock.sleepers).toBe(0);
  });

  test('end when the queue is closed', async () => {
    const { clock, queue, ended } = startWorkers();
    await clock.settle();
    queue.close();
    await expect(ended).resolves.toBeUndefined();
  });

  test('do not begin at all after the stop', async () => {
    const { ended } = startWorkers({ signal: AbortSignal.abort() });
    await expect(ended).resolves.toBeUndefined();
  });
});
