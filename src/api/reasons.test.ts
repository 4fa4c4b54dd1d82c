import { describe, expect, test } from 'vitest';
import { EVENT_REASONS, REASONS, ROTATION_REASONS } from './reasons.ts';

const lists = { ...REASONS, rotations: ROTATION_REASONS, events: EVENT_REASONS };

describe.each(Object.entries(lists))('reasons of %s', (_kind, reasons) => {
  test.each(Object.entries(reasons))('%s is one word in camel case with one sentence', (reason, sentence) => {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(sentence).toMatch(/^\S.*[^.]\.$/);
    expect(sentence.length).toBeLessThan(140);
  });
});
