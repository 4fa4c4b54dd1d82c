import { expect, test } from 'vitest';
import { conditionsOf } from './conditions.ts';

const ready = { type: 'Ready', status: true, reason: 'KeyReady', message: 'well' } as const;
const at = Date.UTC(2026, 0, 1, 0, 0, 0, 999);

test('a condition begins with the time at which it was first found, in whole seconds', () => {
  expect(conditionsOf([ready], [], 3, at)).toEqual([
    {
      type: 'Ready',
      status: 'True',
      reason: 'KeyReady',
      message: 'well',
      observedGeneration: 3,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ]);
});

test('the time stays while the status does, whatever reason and message say', () => {
  const previous = conditionsOf([ready], [], 3, at);
  const [next] = conditionsOf([{ ...ready, reason: 'Updating', message: 'better' }], previous, 4, at + 60_000);
  expect(next).toMatchObject({ reason: 'Updating', observedGeneration: 4, lastTransitionTime: '2026-01-01T00:00:00Z' });
});

test('the time moves with the status', () => {
  const previous = conditionsOf([ready], [], 3, at);
  const [next] = conditionsOf([{ ...ready, status: false }], previous, 3, at + 60_000);
  expect(next).toMatchObject({ status: 'False', lastTransitionTime: '2026-01-01T00:01:00Z' });
});

test('a message is cut to what Kubernetes takes', () => {
  const [condition] = conditionsOf([{ ...ready, message: 'x'.repeat(40_000) }], [], 1, at);
  expect(condition?.message).toHaveLength(32_768);
});
