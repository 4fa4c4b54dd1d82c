import { stripVTControlCharacters } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { createLogger } from './logger.ts';
import { readableLine } from './readable-lines.ts';

const line = (fields: object): string =>
  `${JSON.stringify({
    'log.level': 'warn',
    '@timestamp': '2026-11-22T05:51:43.012Z',
    'ecs.version': '8.11.0',
    'service.name': 'beatkeys',
    'service.version': '1.2.3',
    ...fields,
  })}\n`;

describe('A line for a terminal', () => {
  test('has time, level and message in front, and what else there is behind', () => {
    const fields = { controller: 'beatapikey', object: 'logging/packetbeat', reconcileID: '7' };
    const error = { type: 'Failure', code: 'HTTP 503' };
    expect(readableLine(line({ ...fields, error, retryInMs: 1200, message: 'a pass failed' }), false)).toBe(
      '05:51:43.012Z WARN  a pass failed controller=beatapikey object=logging/packetbeat reconcileID=7 error={"type":"Failure","code":"HTTP 503"} retryInMs=1200\n',
    );
  });

  test('has a colour for its level where that is wanted, and the same words', () => {
    const plain = readableLine(line({ message: 'ready' }), false);
    const coloured = readableLine(line({ message: 'ready' }), true);
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test('keeps quotes in a message, and quotes values with blanks', () => {
    expect(readableLine(line({ message: 'said "no"', note: 'a b', empty: '' }), false)).toBe(
      '05:51:43.012Z WARN  said "no" note="a b" empty=""\n',
    );
  });

  test.each(['not JSON\n', '7\n', 'null\n', '\n'])('leaves %j alone', (text) => {
    expect(readableLine(text, true)).toBe(text);
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 })])(
    'is one line, and says nothing to the terminal itself, whatever stands in it',
    (message, value) => {
      const shown = readableLine(line({ message, value, [value]: message }), false);
      expect(shown.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(shown.endsWith('\n')).toBe(true);
    },
  );

  test('is made of what the logger writes', () => {
    const lines: string[] = [];
    const destination = { write: (text: string) => void lines.push(readableLine(text, false)) };
    createLogger({ level: 'info', version: '1.2.3', destination })
      .child({ object: 'a/b' })
      .info({ due: 3 }, 'pass ended');
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}Z INFO  pass ended object=a\/b due=3\n$/)]);
  });
});
