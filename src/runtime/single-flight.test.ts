import { describe, expect, test } from 'vitest';
import { SingleFlight } from './single-flight.ts';

/** A run that a test ends when it likes. */
function gatedRuns() {
  const gates: PromiseWithResolvers<string>[] = [];
  const flight = new SingleFlight(() => {
    const gate = Promise.withResolvers<string>();
    gates.push(gate);
    return gate.promise;
  });
  return { flight, gates };
}

describe('a single flight', () => {
  test('is shared by all who join it', async () => {
    const { flight, gates } = gatedRuns();
    const joined = [flight.join(), flight.join(), flight.join()];
    gates[0]?.resolve('seen');
    expect(await Promise.all(joined)).toEqual(['seen', 'seen', 'seen']);
    expect(gates).toHaveLength(1);
  });

  test('begins anew after the last one ended', async () => {
    const { flight, gates } = gatedRuns();
    const first = flight.join();
    gates[0]?.resolve('first');
    await first;
    const second = flight.join();
    gates[1]?.resolve('second');
    expect(await second).toBe('second');
  });

  test('that began before the call is not enough for who wants a fresh one', async () => {
    const { flight, gates } = gatedRuns();
    const joined = flight.join();
    const fresh = [flight.fresh(), flight.fresh()];
    expect(gates).toHaveLength(1);
    gates[0]?.resolve('old');
    expect(await joined).toBe('old');
    await Promise.resolve();
    expect(gates).toHaveLength(2);
    gates[1]?.resolve('new');
    expect(await Promise.all(fresh)).toEqual(['new', 'new']);
  });

  test('begins at once for who wants a fresh one while none is under way', async () => {
    const { flight, gates } = gatedRuns();
    const fresh = flight.fresh();
    expect(gates).toHaveLength(1);
    gates[0]?.resolve('seen');
    expect(await fresh).toBe('seen');
  });

  test('gives another fresh one to who asks after the waiting one began', async () => {
    const { flight, gates } = gatedRuns();
    const first = flight.join();
    const second = flight.fresh();
    gates[0]?.resolve('1');
    await first;
    await Promise.resolve();
    const third = flight.fresh();
    gates[1]?.resolve('2');
    expect(await second).toBe('2');
    await Promise.resolve();
    gates[2]?.resolve('3');
    expect(await third).toBe('3');
  });

  test('that fails rejects for those who share it and for nobody after', async () => {
    const { flight, gates } = gatedRuns();
    const joined = flight.join();
    const fresh = flight.fresh();
    gates[0]?.reject(new Error('refused'));
    await expect(joined).rejects.toThrow('refused');
    await Promise.resolve();
    gates[1]?.resolve('seen');
    expect(await fresh).toBe('seen');
  });

  test('whose run throws at once rejects', async () => {
    const flight = new SingleFlight<string>(() => {
      throw new Error('refused');
    });
    await expect(flight.join()).rejects.toThrow('refused');
    await expect(flight.fresh()).rejects.toThrow('refused');
  });
});
