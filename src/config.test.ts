import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';

const parsed = (env: Readonly<Record<string, string>>) => {
  const result = parseConfig(env);
  return result.ok ? result.config : result.problems;
};

test('everything has a default', () => {
  expect(parsed({})).toEqual({
    namespaces: 'all',
    restartConsumers: false,
    driftIntervalMs: 300_000,
    visibilityDelayMs: 2_000,
    serverlessVisibilityDelayMs: 15_000,
    attemptLimitMs: 30_000,
    orphans: 'invalidate',
    orphanGraceMs: 900_000,
    concurrency: 32,
    lease: { name: 'beatkeys', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
    stopGraceMs: 25_000,
    logLevel: 'info',
    telemetry: { host: '0.0.0.0', port: 8080 },
    operatorNamespace: 'beatkeys-system',
  });
});

describe('what is given is read', () => {
  test.for<readonly [string, string, object]>([
    ['BEATKEYS_WATCH_NAMESPACES', ' logging, edge ,', { namespaces: ['logging', 'edge'] }],
    ['BEATKEYS_WATCH_NAMESPACES', '', { namespaces: 'all' }],
    ['BEATKEYS_RESTART_CONSUMERS', 'true', { restartConsumers: true }],
    ['BEATKEYS_INSTALLATION', 'prod.eu-1', { installation: 'prod.eu-1' }],
    ['BEATKEYS_DRIFT_INTERVAL', '90s', { driftIntervalMs: 90_000 }],
    ['BEATKEYS_VISIBILITY_DELAY', '5s', { visibilityDelayMs: 5_000 }],
    ['BEATKEYS_CONCURRENCY', '8', { concurrency: 8 }],
    ['BEATKEYS_ORPHANS', 'report-only', { orphans: 'report-only' }],
    ['BEATKEYS_ORPHAN_GRACE', '20s', { orphanGraceMs: 20_000 }],
    ['BEATKEYS_LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['BEATKEYS_TELEMETRY_PORT', '0', { telemetry: { host: '0.0.0.0', port: 0 } }],
    ['POD_NAMESPACE', 'ops', { operatorNamespace: 'ops' }],
    ['POD_NAME', 'beatkeys-0', { podName: 'beatkeys-0' }],
  ])('%s=%s', ([name, value, expected]) => {
    expect(parsed({ [name]: value })).toMatchObject(expected);
  });
});

describe('what is wrong is named with what is allowed, never with what was given', () => {
  test.for<readonly [string, string, string]>([
    ['BEATKEYS_DRIFT_INTERVAL', '5 minutes', 'must be a duration of at least 1s, such as 5m'],
    ['BEATKEYS_DRIFT_INTERVAL', '0s', 'must be a duration of at least 1s, such as 5m'],
    ['BEATKEYS_WATCH_NAMESPACES', 'logging,Edge!', 'must be names of namespaces, separated by commas'],
    ['BEATKEYS_INSTALLATION', 'has space', 'must be 1 to 128 letters, digits, dots, dashes'],
  ])('%s=%s', ([name, value, message]) => {
    expect(parsed({ [name]: value })).toEqual([`${name}: ${message}`]);
  });

  test.for([
    ['BEATKEYS_CONCURRENCY', '0'],
    ['BEATKEYS_CONCURRENCY', 'many'],
    ['BEATKEYS_CONCURRENCY', '1.5'],
    ['BEATKEYS_RESTART_CONSUMERS', 'yes'],
    ['BEATKEYS_LOG_LEVEL', 'loud'],
    ['BEATKEYS_TELEMETRY_PORT', '70000'],
  ] as const)('%s=%s', ([name, value]) => {
    const problems = parsed({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).toMatch(new RegExp(`^\\["${name}: `));
    expect(JSON.stringify(problems)).not.toContain(value);
  });

  test.for([
    ['BEATKEYS_LEASE_RENEW_DEADLINE', '15s', 'BEATKEYS_LEASE_DURATION'],
    ['BEATKEYS_LEASE_RETRY_PERIOD', '10s', 'BEATKEYS_LEASE_RENEW_DEADLINE'],
  ] as const)('%s=%s, which must be shorter than %s', ([name, value, longer]) => {
    expect(parsed({ [name]: value })).toEqual([`${name}: must be shorter than ${longer}`]);
  });

  test('all of it at once', () => {
    expect(parsed({ BEATKEYS_LOG_LEVEL: 'loud', BEATKEYS_CONCURRENCY: '-1' })).toHaveLength(2);
  });
});
