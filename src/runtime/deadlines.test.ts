import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Deadlines } from './deadlines.ts';

const key = fc.constantFrom(...Array.from({ length: 16 }, (_, index) => `key ${index}`));
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ set: key, due: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ delete: key }) },
    { weight: 1, arbitrary: fc.constant('deleteFirst' as const) },
  ),
  { maxLength: 200, size: 'max' },
);

describe('deadlines', () => {
  test.prop([steps])('hold the earliest per key, the soonest first, like a plain map', (program) => {
    const deadlines = new Deadlines();
    const model = new Map<string, number>();
    for (const step of program) {
      if (step === 'deleteFirst') {
        const first = deadlines.first();
        if (first !== undefined) {
          expect(deadlines.delete(first.key)).toBe(model.delete(first.key));
        }
      } else if ('set' in step) {
        deadlines.setEarliest(step.set, step.due);
        model.set(step.set, Math.min(step.due, model.get(step.set) ?? Infinity));
      } else {
        expect(deadlines.delete(step.delete)).toBe(model.delete(step.delete));
      }
      const first = deadlines.first();
      expect(deadlines.size).toBe(model.size);
      expect(first?.due).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      if (first !== undefined) expect(model.get(first.key)).toBe(first.due);
    }
  });

  test('are all gone when cleared', () => {
    const deadlines = new Deadlines();
    deadlines.setEarliest('a', 1);
    deadlines.clear();
    expect([deadlines.size, deadlines.first(), deadlines.delete('a')]).toEqual([0, undefined, false]);
  });
});
