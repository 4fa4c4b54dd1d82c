import { expect, test } from 'vitest';
import { eventLine } from './event-lines.ts';

const words = { type: 'Normal', reason: 'KeyIssued', note: 'words' };

test.for([
  ['once', { eventTime: '2026-01-01T00:00:00.123456Z' }, '2026-01-01T00:00:00Z', 1],
  [
    'again and again',
    {
      eventTime: '2026-01-01T00:00:00.1Z',
      series: { count: 3, lastObservedTime: '2026-01-02T00:00:00.5Z' },
    },
    '2026-01-02T00:00:00Z',
    3,
  ],
  [
    'as older programs write it',
    { eventTime: null, deprecatedLastTimestamp: '2026-01-03T00:00:00Z', deprecatedCount: 2 },
    '2026-01-03T00:00:00Z',
    2,
  ],
] as const)('what happened %s is read', ([, event, time, count]) => {
  expect(eventLine({ ...event, ...words })).toEqual({ ...words, time, count });
});
