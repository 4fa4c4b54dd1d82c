import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { exponentialBackoff } from './backoff.ts';
import { QueueClosedError, WorkQueue } from './queue.ts';

const aQueue = () => {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, backoff: exponentialBackoff({ random: () => 1 }) });
  return { clock, queue };
};
/** Takes and gives back all that is ready, in order. */
const drain = async (queue: WorkQueue): Promise<string[]> => {
  const taken: string[] = [];
  while (queue.depth > 0) {
    const key = await queue.take();
    taken.push(key);
    queue.done(key);
  }
  return taken;
};

describe('a work queue', () => {
  test('gives keys in the order of adding, each once however often it was added', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(await drain(queue)).toEqual(['a', 'b', 'c']);
  });

  test('gives a key that is added to the taker who waits longest', async () => {
    const { queue } = aQueue();
    const takes = [queue.take(), queue.take()];
    queue.add('a');
    queue.add('b');
    expect(await Promise.all(takes)).toEqual(['a', 'b']);
    expect([queue.depth, queue.running]).toEqual([0, 2]);
  });

  test('gives a key added during its pass once more, after the pass', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('gives a key added during its pass to a waiting taker only after the pass', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    const next = queue.take();
    queue.add('a');
    queue.add('b');
    expect(await next).toBe('b');
    queue.done('a');
    expect(await queue.take()).toBe('a');
  });

  test('turns away a taker who gives up, and keeps the key for the next', async () => {
    const { queue } = aQueue();
    const controller = new AbortController();
    const gone = queue.take(controller.signal);
    controller.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    queue.add('a');
    expect(await queue.take()).toBe('a');
    await expect(queue.take(controller.signal)).rejects.toThrow('enough');
  });

  test('refuses done without take', () => {
    const { queue } = aQueue();
    expect(() => queue.done('a')).toThrow('done without take: a');
  });

  describe('with priorities', () => {
    test('does not keep new work waiting behind a flood', async () => {
      const { queue } = aQueue();
      for (let index = 0; index < 100; index += 1) queue.add(`flood/${index}`, { priority: 'low' });
      queue.add('new');
      expect((await drain(queue))[0]).toBe('new');
    });

    test('lets one of the flood through now and then while new work does not end', async () => {
      const { queue } = aQueue();
      for (let index = 0; index < 20; index += 1) queue.add(`flood/${index}`, { priority: 'low' });
      const taken: string[] = [];
      for (let index = 0; index < 80; index += 1) {
        queue.add(`new/${index}`);
        const key = await queue.take();
        taken.push(key);
        queue.done(key);
      }
      expect(taken.filter((key) => key.startsWith('flood/'))).toHaveLength(10);
      expect(taken.findIndex((key) => key.startsWith('flood/'))).toBe(7);
    });

    test('takes the higher of two priorities', async () => {
      const { queue } = aQueue();
      queue.add('a', { priority: 'low' });
      queue.add('b', { priority: 'low' });
      queue.add('b');
      queue.add('b', { priority: 'low' });
      expect(await drain(queue)).toEqual(['b', 'a']);
    });

    test('takes the higher of two priorities asked for during the pass', async () => {
      const { queue } = aQueue();
      queue.add('a');
      await queue.take();
      queue.add('other', { priority: 'low' });
      queue.add('a');
      queue.add('a', { priority: 'low' });
      queue.done('a');
      expect(await drain(queue)).toEqual(['a', 'other']);
    });
  });

  describe('with deadlines', () => {
    test('keeps the earliest', async () => {
      const { clock, queue } = aQueue();
      queue.addAfter('a', 5_000);
      queue.addAt('a', 2_000);
      queue.addAfter('a', 9_000);
      await clock.advance(1_999);
      expect([queue.depth, queue.delayed]).toEqual([0, 1]);
      await clock.advance(1);
      expect([queue.depth, queue.delayed]).toEqual([1, 0]);
      expect(await drain(queue)).toEqual(['a']);
      await clock.advance(60_000);
      expect(queue.depth).toBe(0);
    });

    test('has one timer, for the soonest', async () => {
      const { clock, queue } = aQueue();
      for (const delay of [500, 300, 400, 100, 200]) queue.addAfter(`due ${delay}`, delay);
      await clock.settle();
      expect(clock.sleepers).toBe(1);
      await clock.advance(350);
      expect(await drain(queue)).toEqual(['due 100', 'due 200', 'due 300']);
      expect(clock.sleepers).toBe(1);
    });

    test('gives at once what is due already', async () => {
      const { clock, queue } = aQueue();
      await clock.advance(100);
      queue.addAt('a', 50);
      queue.addAfter('b', -1);
      expect(await drain(queue)).toEqual(['a', 'b']);
    });

    test('drops the deadline of a key that is wanted now', async () => {
      const { clock, queue } = aQueue();
      queue.addAfter('a', 1_000);
      queue.add('a');
      queue.addAfter('a', 1_000);
      expect(await drain(queue)).toEqual(['a']);
      await clock.advance(1_000);
      expect(queue.depth).toBe(0);
    });

    test('keeps the deadline that a pass sets for its own key', async () => {
      const { clock, queue } = aQueue();
      queue.add('a');
      await queue.take();
      queue.addAfter('a', 1_000);
      queue.done('a');
      await clock.advance(999);
      expect(queue.depth).toBe(0);
      await clock.advance(1);
      expect(queue.depth).toBe(1);
    });

    test('gives a key whose deadline passes during its pass once more, after it', async () => {
      const { clock, queue } = aQueue();
      queue.add('a');
      await queue.take();
      queue.addAfter('a', 10);
      await clock.advance(20);
      expect(queue.depth).toBe(0);
      queue.done('a');
      expect(queue.depth).toBe(1);
    });

    test('lifts a key out of the flood when its deadline comes', async () => {
      const { clock, queue } = aQueue();
      queue.add('other', { priority: 'low' });
      queue.addAfter('a', 10);
      queue.add('a', { priority: 'low' });
      await clock.advance(10);
      expect(await drain(queue)).toEqual(['a', 'other']);
    });
  });

  describe('after failures', () => {
    test('waits longer each time, for each key by itself, until forgotten', () => {
      const { queue } = aQueue();
      expect([queue.retry('a'), queue.retry('a'), queue.retry('a'), queue.retry('b')]).toEqual([
        1_000, 2_000, 4_000, 1_000,
      ]);
      expect([queue.failures('a'), queue.failures('b'), queue.failures('c')]).toEqual([3, 1, 0]);
      queue.forget('a');
      expect([queue.failures('a'), queue.retry('a')]).toEqual([0, 1_000]);
    });

    test('waits out what a server asked for before its own backoff', async () => {
      const { clock, queue } = aQueue();
      expect(queue.retry('a', 30_000)).toBe(31_000);
      await clock.advance(30_999);
      expect(queue.depth).toBe(0);
      await clock.advance(1);
      expect(queue.depth).toBe(1);
    });

    test('does not keep an added key waiting for its backoff, and goes on counting', async () => {
      const { queue } = aQueue();
      queue.retry('a');
      queue.add('a');
      expect(await drain(queue)).toEqual(['a']);
      expect(queue.retry('a')).toBe(2_000);
    });
  });

  test('forgets a removed key, be it ready, delayed, failed or wanted again', async () => {
    const { clock, queue } = aQueue();
    queue.add('running');
    await queue.take();
    queue.add('running');
    queue.add('ready');
    queue.add('low', { priority: 'low' });
    queue.retry('failed');
    for (const key of ['running', 'ready', 'low', 'failed']) queue.remove(key);
    expect([queue.depth, queue.delayed, queue.running, queue.failures('failed')]).toEqual([0, 0, 1, 0]);
    queue.done('running');
    await clock.advance(10_000);
    expect([queue.depth, queue.delayed, queue.running]).toEqual([0, 0, 0]);
  });

  test('turns everybody away once closed, takes nothing in, and leaves no timer', async () => {
    const { clock, queue } = aQueue();
    queue.add('running');
    await queue.take();
    queue.addAfter('delayed', 1_000);
    const waiting = queue.take();
    queue[Symbol.dispose]();
    await expect(waiting).rejects.toThrow(QueueClosedError);
    await expect(queue.take()).rejects.toThrow(QueueClosedError);
    queue.add('a');
    queue.addAfter('b', 1);
    queue.retry('running');
    queue.done('running');
    await clock.settle();
    expect([queue.depth, queue.delayed, queue.running, clock.sleepers]).toEqual([0, 0, 0, 0]);
  });

  test('gives ten thousand keys, and again on their deadlines, each exactly once', async () => {
    const { clock, queue } = aQueue();
    const keys = Array.from({ length: 10_000 }, (_, index) => `ns/${index}`);
    for (const key of keys) queue.add(key);
    const first = await drain(queue);
    keys.forEach((key, index) => queue.addAfter(key, 1 + ((index * 7_919) % 100)));
    await clock.advance(100);
    const second = await drain(queue);
    expect(first).toEqual(keys);
    expect(second.toSorted()).toEqual(keys.toSorted());
  });
});

test('a queue counts what becomes of its keys, and how long each waits and is worked on', async () => {
  const clock = new FakeClock();
  const counted: string[] = [];
  const queue = new WorkQueue({
    clock,
    backoff: exponentialBackoff({ random: () => 1 }),
    meter: {
      added: () => void counted.push('added'),
      retried: () => void counted.push('retried'),
      taken: (waited) => void counted.push(`taken after ${waited} s`),
      done: (worked) => void counted.push(`done after ${worked} s`),
    },
  });
  const since = (): string[] => counted.splice(0);
  queue.add('a');
  queue.add('a');
  await clock.advance(1_500);
  await queue.take();
  expect(since()).toEqual(['added', 'taken after 1.5 s']);

  // What is asked for during its pass waits for the end of it too.
  queue.add('a');
  queue.add('a');
  await clock.advance(2_000);
  queue.done('a');
  await queue.take();
  expect(since()).toEqual(['added', 'done after 2 s', 'taken after 2 s']);

  queue.retry('a');
  queue.done('a');
  expect(since()).toEqual(['retried', 'done after 0 s']);

  queue.add('b');
  queue.remove('b');
  queue.add('b');
  expect(since()).toEqual(['added', 'added']);
});
