import { expect, test } from 'vitest';
import { Health, isReady } from './health.ts';

test('a process without needs is ready', () => {
  expect(isReady(new Health().readiness())).toBe(true);
});

test('every check must pass, and one that throws does not', () => {
  const health = new Health();
  health.require('caches synced', () => true);
  health.require('API server contact', () => {
    throw new Error('refused');
  });
  expect([...health.readiness()]).toEqual([
    ['caches synced', true],
    ['API server contact', false],
  ]);
  expect(isReady(health.readiness())).toBe(false);
});

test('a check is looked at each time, and the last one of a name counts', () => {
  const health = new Health();
  let synced = false;
  health.require('caches synced', () => true);
  health.require('caches synced', () => synced);
  expect(isReady(health.readiness())).toBe(false);
  synced = true;
  expect(isReady(health.readiness())).toBe(true);
});
