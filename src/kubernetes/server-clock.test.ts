import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { ServerClock } from './server-clock.ts';

const header = (epochMs: number): string => new Date(epochMs).toUTCString();

describe("the API server's clock", () => {
  test('is our own while answers do not contradict it', () => {
    const local = new FakeClock(1_000_900);
    const clock = new ServerClock(local);
    clock.observe(header(1_000_000), 1_000_900, 1_000_950);
    expect(clock.now()).toBe(1_000_900);
  });

  test.each([
    ['ahead of ours', 60_000],
    ['behind ours', -60_000],
  ])('is followed when it is %s by more than its resolution', (_, offset) => {
    const local = new FakeClock(1_000_000);
    const clock = new ServerClock(local);
    clock.observe(header(1_000_000 + offset), 1_000_000, 1_000_020);
    expect(Math.abs(clock.now() - (1_000_000 + offset))).toBeLessThanOrEqual(1_020);
  });

  test('becomes our own again when ours has been set right', () => {
    const local = new FakeClock(1_000_000);
    const clock = new ServerClock(local);
    clock.observe(header(1_060_000), 1_000_000, 1_000_020);
    clock.observe(header(1_000_000), 1_000_000, 1_000_020);
    expect(clock.now()).toBe(1_000_000);
  });

  test.each([undefined, '', 'yesterday'])('is not moved by the header %j', (date) => {
    const clock = new ServerClock(new FakeClock(1_000_000));
    clock.observe(date, 1_000_000, 1_000_020);
    expect(clock.now()).toBe(1_000_000);
  });

  property.prop([
    fc.integer({ min: -3_600_000, max: 3_600_000 }),
    fc.array(fc.tuple(fc.nat(10_000), fc.nat(3_000), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 }),
  ])('is never off by more than a second and the round trip of the last answer', (offset, answers) => {
    let local = 1_800_000_000_000;
    const source = new FakeClock(0);
    source.now = () => local;
    const clock = new ServerClock(source);
    for (const [pause, trip, share] of answers) {
      local += pause;
      const sent = local;
      const stamped = sent + offset + Math.round(trip * share);
      local += trip;
      clock.observe(header(stamped), sent, local);
      expect(Math.abs(clock.now() - (local + offset))).toBeLessThanOrEqual(1_000 + trip);
    }
  });
});
