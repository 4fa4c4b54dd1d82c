import { describe, expect, test } from 'vitest';
import { ahead } from './ahead.ts';

describe('Work that is begun ahead', () => {
  test('tells what it does from its turn on, and gives its result', async () => {
    const gate = Promise.withResolvers<void>();
    const work = ahead('thing', async (progress) => {
      progress('before');
      await gate.promise;
      progress('after');
      return 'made';
    });
    const told: string[] = [];
    const turn = work.turn((line) => told.push(line));
    gate.resolve();
    expect(await turn).toBe('made');
    expect(await work.outcome).toBe('made');
    expect(told).toEqual(['after']);
  });

  test('fails in its turn and not before', async () => {
    const work = ahead('thing', () => Promise.reject(new Error('no disk')));
    expect(await work.outcome).toBeUndefined();
    await expect(work.turn(() => {})).rejects.toThrow('no disk');
  });
});
