import { describe, expect, test } from 'vitest';
import { Failure } from '../core/failure.ts';
import type { LogLevel } from '../runtime/log.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { createLogger } from './logger.ts';

function recordedLogger(level: LogLevel = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, version: '1.2.3', destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('the logger', () => {
  test('writes one JSON object a line, in terms of the Elastic Common Schema', () => {
    const { logger, lines } = recordedLogger();
    logger.info({ object: 'logging/packetbeat' }, 'key issued');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      'log.level': 'info',
      '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      'ecs.version': '8.11.0',
      'service.name': 'beatkeys',
      'service.version': '1.2.3',
      object: 'logging/packetbeat',
      message: 'key issued',
    });
  });

  test('writes what is at its level or above', () => {
    const { logger, lines } = recordedLogger('warn');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, level);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['warn', 'error']);
  });

  test('changes its level at run time, for children made before too', () => {
    const { logger, lines } = recordedLogger('info');
    const child = logger.child({ object: 'a/b' }).child({ reconcileID: '7' });
    child.debug({}, 'not seen');
    logger.setLevel('debug');
    child.debug({}, 'seen');
    logger.setLevel('error');
    child.warn({}, 'not seen');
    expect(lines).toHaveLength(1);
    expect([lines[0]?.includes('"seen"'), logger.level()]).toEqual([true, 'error']);
  });

  test('gives every line of a child the fields of all its parents', () => {
    const { logger, last } = recordedLogger();
    logger.child({ object: 'logging/packetbeat' }).child({ reconcileID: '7' }).info({ due: 3 }, 'pass ended');
    expect(last()).toMatchObject({ object: 'logging/packetbeat', reconcileID: '7', due: 3 });
  });

  test('tells failures by their fields and other errors without their message', () => {
    const { logger, last } = recordedLogger();
    const failure = new Failure({ kind: 'denied', system: 'Elasticsearch', operation: 'get', code: 'HTTP 403' });
    logger.error({ error: failure }, 'pass failed');
    expect(last()['error']).toMatchObject({ type: 'Failure', kind: 'denied', code: 'HTTP 403' });
    logger.error({ error: new Error('planted-secret') }, 'pass failed');
    expect(last()['error']).toMatchObject({ type: 'Error' });
    expect(JSON.stringify(last())).not.toContain('planted-secret');
  });

  test('lets no planted value out, whichever way it comes', () => {
    const { logger, lines } = recordedLogger('debug');
    const key = 'VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw';
    const fields = {
      headers: { authorization: key },
      api_key: key,
      deep: { er: [{ password: key, encoded: key }] },
      sensitive: new Sensitive(key),
      err: new Error(key),
      meta: Object.assign(new Error('refused'), { body: { api_key: key } }),
      note: `stored ${key}`,
    };
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      logger[level](fields, `stored ${key}`);
      logger.child(fields)[level]({}, `stored ${key}`);
    }
    expect(lines).toHaveLength(8);
    expect(lines.join('')).not.toContain('ui2lp2axTNmsyakw9tvNnw');
  });
});
