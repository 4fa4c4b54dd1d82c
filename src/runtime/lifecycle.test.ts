import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { disposablePart, Lifecycle, type Part } from './lifecycle.ts';

/** A part that writes down what happens to it. */
const recorded = (story: string[], name: string, overrides: Partial<Part> = {}): Part => ({
  name,
  start: () => void story.push(`start ${name}`),
  stop: () => void story.push(`stop ${name}`),
  ...overrides,
});
const lifecycleOf = (parts: readonly Part[], graceMs = 10_000) => {
  const clock = new FakeClock();
  return { clock, lifecycle: new Lifecycle({ parts, graceMs, clock }) };
};
const never = (): Promise<void> => new Promise(() => undefined);

describe('a lifecycle', () => {
  test('starts in order and stops in reverse', async () => {
    const story: string[] = [];
    const { lifecycle } = lifecycleOf([
      recorded(story, 'server'),
      recorded(story, 'cache'),
      recorded(story, 'workers'),
    ]);
    await lifecycle.start();
    expect(await lifecycle.stop()).toEqual([]);
    expect(story).toEqual([
      'start server',
      'start cache',
      'start workers',
      'stop workers',
      'stop cache',
      'stop server',
    ]);
  });

  test('waits for a part before it starts the next', async () => {
    const story: string[] = [];
    const up = Promise.withResolvers<void>();
    const { clock, lifecycle } = lifecycleOf([{ name: 'cache', start: () => up.promise }, recorded(story, 'workers')]);
    const started = lifecycle.start();
    await clock.settle();
    expect(story).toEqual([]);
    up.resolve();
    await started;
    expect(story).toEqual(['start workers']);
  });

  test('stops what was started when a part does not start, and tells why it did not', async () => {
    const story: string[] = [];
    const refused = new Error('refused');
    const { lifecycle } = lifecycleOf([
      recorded(story, 'server'),
      recorded(story, 'cache', { start: () => Promise.reject(refused) }),
      recorded(story, 'workers'),
    ]);
    await expect(lifecycle.start()).rejects.toBe(refused);
    expect(story).toEqual(['start server', 'stop server']);
  });

  test('goes on stopping when a part does not stop well, and collects what went wrong', async () => {
    const story: string[] = [];
    const refused = new Error('refused');
    const { lifecycle } = lifecycleOf([
      recorded(story, 'server'),
      recorded(story, 'cache', { stop: () => Promise.reject(refused) }),
      recorded(story, 'workers', {
        stop: () => {
          throw refused;
        },
      }),
    ]);
    await lifecycle.start();
    expect(await lifecycle.stop()).toEqual([
      { part: 'workers', error: refused },
      { part: 'cache', error: refused },
    ]);
    expect(story.at(-1)).toBe('stop server');
  });

  test('tells a part when the grace is over, and still stops the others', async () => {
    const story: string[] = [];
    const { clock, lifecycle } = lifecycleOf([
      recorded(story, 'server'),
      recorded(story, 'workers', {
        stop: (signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              story.push(`abort workers at ${clock.monotonic()}`);
              resolve();
            });
          }),
      }),
    ]);
    await lifecycle.start();
    const stopped = lifecycle.stop();
    await clock.advance(10_000);
    expect(await stopped).toEqual([]);
    expect(story.slice(2)).toEqual(['abort workers at 10000', 'stop server']);
  });

  test('leaves a part behind that does not even stop then', async () => {
    const story: string[] = [];
    const { clock, lifecycle } = lifecycleOf([recorded(story, 'server'), recorded(story, 'workers', { stop: never })]);
    await lifecycle.start();
    const stopped = lifecycle.stop();
    await clock.advance(11_000);
    expect(await stopped).toEqual([{ part: 'workers', error: new Error('did not stop in time') }]);
    expect([story.at(-1), clock.sleepers]).toEqual(['stop server', 0]);
  });

  test('does not let a part take more of the grace than its share', async () => {
    const story: string[] = [];
    const { clock, lifecycle } = lifecycleOf([
      recorded(story, 'lease', { stop: () => void story.push(`release at ${clock.monotonic()}`) }),
      recorded(story, 'workers', { stop: never, stopWithinMs: 4_000 }),
    ]);
    await lifecycle.start();
    const stopped = lifecycle.stop();
    await clock.advance(10_000);
    await stopped;
    expect(story.at(-1)).toBe('release at 4500');
  });

  test('stopped while it starts, lets the part come up, then stops it and starts no other', async () => {
    const story: string[] = [];
    const up = Promise.withResolvers<void>();
    const { clock, lifecycle } = lifecycleOf([
      recorded(story, 'cache', {
        start: (signal) => {
          signal.addEventListener('abort', () => story.push('cache is told'));
          return up.promise;
        },
      }),
      recorded(story, 'workers'),
    ]);
    const started = lifecycle.start();
    const stopped = lifecycle.stop();
    await clock.settle();
    up.resolve();
    await expect(started).rejects.toThrow('stopping');
    expect(await stopped).toEqual([]);
    expect(story).toEqual(['cache is told', 'stop cache']);
  });

  test('stopped twice, stops once', async () => {
    const story: string[] = [];
    const { lifecycle } = lifecycleOf([recorded(story, 'server')]);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(story).toEqual(['start server', 'stop server']);
  });

  test('can be disposed of, with what went wrong as one error', async () => {
    const { lifecycle } = lifecycleOf([{ name: 'cache', stop: () => Promise.reject(new Error('refused')) }]);
    await lifecycle.start();
    await expect(lifecycle[Symbol.asyncDispose]()).rejects.toThrow('did not stop well: cache');
    const { lifecycle: sound } = lifecycleOf([]);
    await expect(sound[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  test('disposes of what only wants that', async () => {
    let disposed = 0;
    const resource: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve(void (disposed += 1)) };
    const { lifecycle } = lifecycleOf([disposablePart('connections', resource)]);
    await lifecycle.start();
    await lifecycle.stop();
    expect(disposed).toBe(1);
  });
});
