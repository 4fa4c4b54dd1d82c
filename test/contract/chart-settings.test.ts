import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { NODE_FLAGS } from '../../scripts/build/runtime-options.ts';
import { parseConfig, SETTINGS } from '../../src/config.ts';
import { Health } from '../../src/telemetry/health.ts';
import { startTelemetryServer } from '../../src/telemetry/server.ts';
import { CHART, deploymentOf, environmentOf, renderChart, type ChartValues } from '../rights/chart.ts';
import { output } from '../testbed/command.ts';
import { controlPlane } from '../testbed/current.ts';

/** How the chart's values come to the operator, read by the operator's own parser. */

const OWN = 'beatkeys-system';
const deployment = async (values?: ChartValues) =>
  deploymentOf(await renderChart(controlPlane().helmPath, OWN, values));
const plain = await deployment();

/** The names of all settings. */
const known = Object.keys(SETTINGS.shape);

/** The settings of the chart's template, with the default that it takes for the operator's own. */
const template = readFileSync(path.join(CHART, 'templates/_settings.tpl'), 'utf8');
const assumed = [...template.matchAll(/\(list "(BEATKEYS_[A-Z_]+)" .* "([^"]*)"\)/g)].map(
  ([, name = '', standard = '']) => [name, standard] as const,
);

/** Every setting is another than the default, and no two are alike. */
const changed: ChartValues = {
  watchNamespaces: ['logging', 'edge', 'logging'],
  rbac: { restartConsumers: true },
  installation: 'prod.eu-1',
  driftInterval: '10m',
  visibilityDelay: '3s',
  visibilityDelayServerless: '16s',
  attemptLimit: '31s',
  orphans: { policy: 'report-only', grace: '1h' },
  concurrency: 33,
  leaderElection: { leaseName: 'mine', leaseDuration: '1m', renewDeadline: '40s', retryPeriod: '4s' },
  stopGrace: '45s',
  logLevel: 'warn',
  telemetry: { host: '::', port: 9090 },
};

describe("The operator's settings", () => {
  test('are all in the chart, and no others', () => {
    expect(known.length).toBeGreaterThan(15);
    expect([...assumed.map(([name]) => name), 'POD_NAMESPACE', 'POD_NAME'].toSorted()).toEqual(known.toSorted());
  });

  test('come through, each to its place', async () => {
    const env = environmentOf(await deployment(changed));
    expect(
      Object.keys(env)
        .filter((name) => name !== 'NODE_OPTIONS')
        .toSorted(),
    ).toEqual(known.filter((name) => name.startsWith('BEATKEYS')).toSorted());
    expect(parseConfig({ ...env, POD_NAMESPACE: OWN, POD_NAME: 'beatkeys-0' })).toEqual({
      ok: true,
      config: {
        namespaces: ['logging', 'edge'],
        restartConsumers: true,
        installation: 'prod.eu-1',
        driftIntervalMs: 600_000,
        visibilityDelayMs: 3_000,
        serverlessVisibilityDelayMs: 16_000,
        attemptLimitMs: 31_000,
        orphans: 'report-only',
        orphanGraceMs: 3_600_000,
        concurrency: 33,
        lease: { name: 'mine', leaseMs: 60_000, renewDeadlineMs: 40_000, retryMs: 4_000 },
        stopGraceMs: 45_000,
        logLevel: 'warn',
        telemetry: { host: '::', port: 9090 },
        operatorNamespace: OWN,
        podName: 'beatkeys-0',
      },
    });
  });

  test('are left out where they are the defaults', () => {
    expect(Object.keys(environmentOf(plain))).toEqual(['NODE_OPTIONS']);
    const env = plain.spec.template.spec.containers[0]?.env.filter(({ valueFrom }) => valueFrom !== undefined);
    expect(env).toEqual([
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ]);
  });

  test.for(assumed)('%s left out is %s', ([name, standard]) => {
    expect(parseConfig({ [name]: standard })).toEqual(parseConfig({}));
  });
});

test.for<readonly [string, ChartValues, number]>([
  ['the default', {}, 30],
  ['minutes', { stopGrace: '2m' }, 125],
  ['one of its own', { terminationGracePeriodSeconds: 60 }, 60],
])('Kubernetes gives the operator longer to stop than it takes itself: %s', async ([, values, seconds]) => {
  const { spec } = (await deployment(values)).spec.template;
  expect(spec['terminationGracePeriodSeconds']).toBe(seconds);
});

test('Probes ask for what the operator serves, at the port where it does', async () => {
  const [container] = (await deployment({ telemetry: { port: 9090 } })).spec.template.spec.containers;
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => container?.[name]);
  const paths = ['/healthz', '/healthz', '/readyz'];
  expect(probes).toMatchObject(paths.map((each) => ({ httpGet: { path: each, port: 'telemetry' } })));
  expect(container?.['ports']).toEqual([{ name: 'telemetry', containerPort: 9090, protocol: 'TCP' }]);
  const metrics = { contentType: 'text/plain', expose: () => Promise.resolve('') };
  await using server = await startTelemetryServer({ port: 0, health: new Health(), metrics });
  for (const each of paths) expect((await fetch(`http://127.0.0.1:${server.port}${each}`)).status).toBe(200);
});

describe('The heap of Node', () => {
  const program =
    'console.log(v8.getHeapStatistics().heap_size_limit / Math.min(process.constrainedMemory() || Infinity, os.totalmem()))';
  const shareOf = async (values: ChartValues): Promise<number> => {
    const { NODE_OPTIONS = '' } = environmentOf(await deployment(values));
    const env = { PATH: process.env['PATH'], NODE_OPTIONS };
    return Number(await output(process.execPath, [...NODE_FLAGS, '--eval', program], { env }));
  };

  test.for([55, 30])('may take %i percent of what the container may', async (nodeHeapPercent) => {
    const share = await shareOf({ nodeHeapPercent });
    expect(share * 100).toBeGreaterThan(nodeHeapPercent - 3);
    expect(share * 100).toBeLessThan(nodeHeapPercent + 5);
  });

  test('may be left to others', async () => {
    const own = { name: 'NODE_OPTIONS', value: '--max-old-space-size=200' };
    expect(environmentOf(await deployment({ extraEnv: [own] }))).toEqual({ NODE_OPTIONS: own.value });
    expect(environmentOf(await deployment({ nodeHeapPercent: 0 }))).toEqual({});
  });
});
