import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Semaphore } from './semaphore.ts';

describe('a semaphore', () => {
  test('begins tasks in the order of asking, as many at once as allowed', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
    const runs = gates.map((gate, index) =>
      semaphore.run(() => {
        begun.push(index);
        return gate.promise;
      }),
    );
    expect([begun, semaphore.running, semaphore.waiting]).toEqual([[0, 1], 2, 2]);
    gates[1]?.resolve();
    await runs[1];
    expect(begun).toEqual([0, 1, 2]);
    gates[2]?.resolve();
    await runs[2];
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const gate of gates) gate.resolve();
    await Promise.all(runs);
    expect([semaphore.running, semaphore.waiting]).toEqual([0, 0]);
  });

  test('gives the place of a task that threw to the next', async () => {
    const semaphore = new Semaphore(1);
    const failing = semaphore.run(() => Promise.reject(new Error('refused')));
    const next = semaphore.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('refused');
    await expect(next).resolves.toBe('done');
  });

  test('gives the place of a task that threw before its first await to the next', async () => {
    const semaphore = new Semaphore(1);
    const failing = semaphore.run(() => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(semaphore.running).toBe(0);
  });

  test('lets nobody in who gave up, and does not lose a place by it', async () => {
    const semaphore = new Semaphore(1);
    const gate = Promise.withResolvers<void>();
    const first = semaphore.run(() => gate.promise);
    const controller = new AbortController();
    let ran = false;
    const second = semaphore.run(() => {
      ran = true;
      return Promise.resolve();
    }, controller.signal);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    gate.resolve();
    await first;
    expect([ran, semaphore.running]).toEqual([false, 0]);
  });

  test('does not begin for a signal that has aborted', async () => {
    const semaphore = new Semaphore(1);
    const run = semaphore.run(() => Promise.resolve(), AbortSignal.abort(new Error('enough')));
    await expect(run).rejects.toThrow('enough');
    expect(semaphore.running).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN])('of %d places is refused', (limit) => {
    expect(() => new Semaphore(limit)).toThrow(RangeError);
  });

  test.prop([fc.scheduler(), fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom('ok', 'throw', 'giveUp'))])(
    'never holds more than its limit and ends empty, in whatever order tasks end',
    async (scheduler, limit, fates) => {
      const semaphore = new Semaphore(limit);
      let inside = 0;
      const runs = fates.map((fate) => {
        const controller = new AbortController();
        const run = semaphore.run(async () => {
          inside += 1;
          expect(inside).toBeLessThanOrEqual(limit);
          await scheduler.schedule(Promise.resolve());
          inside -= 1;
          if (fate === 'throw') throw new Error('refused');
        }, controller.signal);
        if (fate === 'giveUp') void scheduler.schedule(Promise.resolve()).then(() => controller.abort());
        return run;
      });
      const settled = Promise.allSettled(runs);
      await scheduler.waitFor(settled);
      expect([inside, semaphore.running, semaphore.waiting]).toEqual([0, 0, 0]);
    },
  );
});
