import { describe, expect, test } from 'vitest';
import { Waiters } from './waiters.ts';

describe('waiters', () => {
  test('are woken in the order in which they came', async () => {
    const waiters = new Waiters<number>();
    const turns = [waiters.wait(), waiters.wait()];
    expect(waiters.wake(1)).toBe(true);
    expect(waiters.wake(2)).toBe(true);
    expect(await Promise.all(turns)).toEqual([1, 2]);
  });

  test('are not there to be woken twice', () => {
    const waiters = new Waiters();
    void waiters.wait();
    expect([waiters.wake(), waiters.wake()]).toEqual([true, false]);
  });

  test('leave the line when they give up', async () => {
    const waiters = new Waiters<string>();
    const controller = new AbortController();
    const gone = waiters.wait(controller.signal);
    const stays = waiters.wait();
    controller.abort(new Error('enough'));
    waiters.wake('first');
    await expect(gone).rejects.toThrow('enough');
    await expect(stays).resolves.toBe('first');
  });

  test('keep their turn when they give up after it came', async () => {
    const waiters = new Waiters<string>();
    const controller = new AbortController();
    const turn = waiters.wait(controller.signal);
    waiters.wake('mine');
    controller.abort();
    await expect(turn).resolves.toBe('mine');
  });

  test('do not stand in line when they gave up before', async () => {
    const waiters = new Waiters();
    await expect(waiters.wait(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(waiters.size).toBe(0);
  });

  test('are all turned away', async () => {
    const waiters = new Waiters();
    const turns = Promise.allSettled([waiters.wait(), waiters.wait()]);
    waiters.dismiss(new Error('closed'));
    expect((await turns).map((turn) => turn.status)).toEqual(['rejected', 'rejected']);
    expect(waiters.size).toBe(0);
  });
});
