import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Failure, FailureDetails } from '../core/failure.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { failure } from './failure.ts';

const calm = new AbortController().signal;
const CALL: Call<unknown> = {
  operation: 'get API key',
  answer: z.unknown(),
  request: () => Promise.reject(new Error('is not sent here')),
};

type State = 'up' | Pick<FailureDetails, 'kind' | 'outcomeUnknown'>;
const REFUSED: State = { kind: 'unavailable' };
const CUT: State = { kind: 'unavailable', outcomeUnknown: true };

/** Endpoints that answer with their own number, or fail; `asked` is who was asked. */
function cluster(...states: State[]) {
  let now = 0;
  const asked: number[] = [];
  const all = states.map((_state, index) => ({
    send: () => {
      asked.push(index);
      const state = states[index] ?? 'up';
      return state === 'up' ? Promise.resolve(index) : Promise.reject(failure('get API key', { code: 'X', ...state }));
    },
  }));
  const endpoints = new Endpoints(all as unknown as Endpoint[], { monotonic: () => now });
  return {
    asked,
    states,
    send: () => endpoints.send(CALL, calm).catch((error: unknown) => (error as Failure).kind),
    pass: (ms: number) => (now += ms),
  };
}

describe('several URLs', () => {
  test('are asked in turn', async () => {
    const { send } = cluster('up', 'up', 'up');
    expect([await send(), await send(), await send(), await send()]).toEqual([0, 1, 2, 0]);
  });

  test('help out once where a call never left', async () => {
    const { send, asked } = cluster(REFUSED, 'up');
    expect([await send(), asked]).toEqual([1, [0, 1]]);
    const down = cluster(REFUSED, REFUSED, 'up');
    expect([await down.send(), down.asked]).toEqual(['unavailable', [0, 1]]);
  });

  test.each<[string, State]>([
    ['was sent but not answered', CUT],
    ['was answered', { kind: 'denied' }],
    ['was refused for its content', { kind: 'rejected' }],
    ['was broken off', { kind: 'aborted' }],
  ])('do not repeat a call that %s', async (_what, state) => {
    const { send, asked } = cluster(state, 'up');
    await send();
    expect(asked).toEqual([0]);
  });

  test.each([['refused', REFUSED] as const, ['cut', CUT] as const])(
    'let one rest that %s a call, and come back to it',
    async (_what, state) => {
      const { send, pass, states, asked } = cluster(state, 'up');
      await send();
      asked.length = 0;
      expect([await send(), await send(), await send(), asked]).toEqual([1, 1, 1, [1, 1, 1]]);
      states[0] = 'up';
      pass(30_000);
      expect(new Set([await send(), await send()])).toEqual(new Set([0, 1]));
    },
  );

  test('are asked although all of them rest', async () => {
    const { send, states } = cluster(REFUSED, REFUSED);
    await send();
    states.fill('up');
    expect(await send()).toBeTypeOf('number');
  });
});
