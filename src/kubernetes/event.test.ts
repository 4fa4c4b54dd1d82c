import { describe, expect, test } from 'vitest';
import { eventBody } from './event.ts';

const regarding = { apiVersion: 'beatkeys.dev/v1alpha1', kind: 'BeatApiKey', namespace: 'n', name: 'x', uid: 'u' };
const happening = { type: 'Normal', reason: 'Issued', action: 'Issue', note: 'done', regarding } as const;
const reporting = { controller: 'beatkeys.dev/operator', instance: 'pod-1' };
const once = { first: Date.UTC(2026, 0, 1), last: Date.UTC(2026, 0, 1), count: 1 };

describe('an Event', () => {
  test('has six digits in its time, and no series the first time', () => {
    const body = eventBody(happening, once, reporting);
    expect(body.eventTime).toBe('2026-01-01T00:00:00.000000Z');
    expect(body).not.toHaveProperty('series');
  });

  test('says how often it was seen when it was seen again before it was written', () => {
    const body = eventBody(happening, { ...once, count: 3, last: once.last + 1_500 }, reporting);
    expect(body).toMatchObject({ series: { count: 3, lastObservedTime: '2026-01-01T00:00:01.500000Z' } });
  });

  test('is named after its object as far as a name may be long, and is valid wherever that is cut', () => {
    const name = `${'a'.repeat(229)}.${'b'.repeat(22)}`;
    const body = eventBody({ ...happening, regarding: { ...regarding, name } }, once, reporting);
    expect(body.metadata.name).toMatch(/^a{229}\.[0-9a-f]{16}$/);
  });

  test('has a note of at most 1,024 bytes without half characters', () => {
    const { note } = eventBody({ ...happening, note: 'ä'.repeat(1_024) }, once, reporting);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
    expect(note).toMatch(/^ä{510}…$/);
  });
});
