import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import type { JSONSchema } from '../../scripts/generators/json-schema.ts';
import { CHART, RELEASE, settingValues, type ChartValues } from '../rights/chart.ts';
import { finish } from '../testbed/command.ts';
import { controlPlane } from '../testbed/current.ts';

/** The values that the chart takes and refuses, by Helm itself. */

const read = (name: string): string => readFileSync(path.join(CHART, name), 'utf8');
const values = parse(read('values.yaml')) as ChartValues;
const schema = JSON.parse(read('values.schema.json')) as JSONSchema;
const { helmPath } = controlPlane();

const render = (given: ChartValues) =>
  finish(helmPath, ['template', RELEASE, CHART, '--show-only', 'templates/deployment.yaml', ...settingValues(given)]);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that a schema describes, with its default. */
function described(block: JSONSchema, prefix = ''): readonly (readonly [location: string, standard: unknown])[] {
  return Object.entries(block.properties ?? {}).flatMap(([name, field]) =>
    'default' in field ? [[`${prefix}${name}`, field.default] as const] : described(field, `${prefix}${name}.`),
  );
}

function valueAt(location: string): unknown {
  return location.split('.').reduce<unknown>((block, name) => (isFields(block) ? block[name] : undefined), values);
}

describe('values.yaml and values.schema.json', () => {
  const known = described(schema);

  test('have the same defaults', () => {
    expect(known.length).toBeGreaterThan(90);
    expect(known.map(([location]) => [location, valueAt(location)])).toEqual(known);
  });

  test('have the same keys', () => {
    const ends = new Set(known.map(([location]) => location));
    const locations = (block: Fields, prefix = ''): readonly string[] =>
      Object.entries(block).flatMap(([name, value]) => {
        const location = `${prefix}${name}`;
        return ends.has(location) || !isFields(value) ? [location] : locations(value, `${location}.`);
      });
    expect(locations(values).toSorted()).toEqual([...ends].toSorted());
  });

  test('are closed at the top and in every block of ours', () => {
    const open = (block: JSONSchema, location: string): readonly string[] => {
      if (block.properties === undefined) return [];
      const within = Object.entries(block.properties).flatMap(([name, field]) => open(field, `${location}.${name}`));
      return [...(block.additionalProperties === false ? [] : [location]), ...within];
    };
    // What a parent chart shares with all of its charts is not ours.
    expect(open(schema, '')).toEqual(['.global']);
  });
});

describe.each(['beatkeys', 'beatkeys-crds'])('The chart %s', (name) => {
  const chart = path.join(path.dirname(CHART), name);

  test('has the version of the program', () => {
    const { version } = packageJson;
    const found = parse(readFileSync(path.join(chart, 'Chart.yaml'), 'utf8')) as object;
    expect(found).toMatchObject({ name, version, appVersion: version });
  });

  test('is found good by helm lint', async () => {
    const { code, stdout, stderr } = await finish(helmPath, ['lint', '--strict', chart]);
    expect({ code, found: `${stdout}${stderr}`.match(/\[(ERROR|WARNING)\].*/g) }).toEqual({ code: 0, found: null });
  });
});

describe('Helm refuses by the schema', () => {
  test.for<readonly [string, ChartValues, string]>([
    ['an unknown key', { replicas: 2 }, 'replicas'],
    ['an unknown key in a block', { image: { tags: 'v1' } }, 'tags'],
    ['a typing error in what makes the pod safe', { podSecurityContext: { runAsNonRot: true } }, 'runAsNonRot'],
    ['the same of the container', { securityContext: { allowPrivilegeEscalaton: false } }, 'allowPrivilegeEscalaton'],
    ['a typing error in a list', { networkPolicy: { ingress: { from: [{ podSelektor: {} }] } } }, 'podSelektor'],
    ['another type', { replicaCount: 'two' }, 'replicaCount'],
    ['a duration of two units', { driftInterval: '1m30s' }, 'driftInterval'],
    ['a name that is no namespace', { watchNamespaces: ['Logging!'] }, 'watchNamespaces'],
    ['one namespace instead of a list', { watchNamespaces: 'logging' }, 'watchNamespaces'],
    ['a word of another list', { logLevel: 'trace' }, 'logLevel'],
    ['a port beyond the last', { telemetry: { port: 70_000 } }, 'port'],
    ['a digest that is none', { image: { digest: 'sha256:abc' } }, 'digest'],
    ['a number where text belongs', { extraEnv: [{ name: 'A', value: 1 }] }, 'extraEnv'],
  ])('%s', async ([, given, named]) => {
    const { code, stderr } = await render(given);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(named) as string });
    expect(stderr).toContain("don't meet the specifications of the schema");
  });
});

describe('The chart refuses what does not go together, in a sentence', () => {
  test.for<readonly [ChartValues, string]>([
    [
      { podDisruptionBudget: { enabled: true } },
      'podDisruptionBudget.enabled needs a replicaCount of at least 2: with a single pod no node could be drained',
    ],
    [
      { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 2 } },
      'podDisruptionBudget.minAvailable (2) must be below replicaCount (2): no node could be drained',
    ],
    [
      { replicaCount: 2, podDisruptionBudget: { enabled: true, maxUnavailable: 1 } },
      'podDisruptionBudget needs one of minAvailable and maxUnavailable, and not both',
    ],
    [
      { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: '' } },
      'podDisruptionBudget needs one of minAvailable and maxUnavailable, and not both',
    ],
    [
      { leaderElection: { renewDeadline: '1m' } },
      'leaderElection.renewDeadline (1m) must be shorter than leaderElection.leaseDuration (15s)',
    ],
    [
      { leaderElection: { retryPeriod: '10s' } },
      'leaderElection.retryPeriod (10s) must be shorter than leaderElection.renewDeadline (10s)',
    ],
    [{ terminationGracePeriodSeconds: 25 }, 'terminationGracePeriodSeconds (25) must be longer than stopGrace (25s)'],
    [{ telemetry: { host: '127.0.0.1' } }, 'telemetry.host (127.0.0.1) must be reachable from outside of the pod'],
    [
      { serviceAccount: { create: false } },
      'serviceAccount.name must name an account where serviceAccount.create is false',
    ],
    [
      { extraEnv: [{ name: 'BEATKEYS_CONCURRENCY', value: '1' }] },
      'extraEnv must not have BEATKEYS_CONCURRENCY: the chart sets it from a value of its own',
    ],
    [{ extraEnv: [{ name: 'POD_NAMESPACE', value: 'a' }] }, 'extraEnv must not have POD_NAMESPACE'],
    [
      { commonLabels: { 'app.kubernetes.io/instance': 'other' } },
      'commonLabels must not have app.kubernetes.io/instance: the chart sets it',
    ],
    [{ podLabels: { 'app.kubernetes.io/component': 'x' } }, 'podLabels must not have app.kubernetes.io/component'],
  ])('%j', async ([given, sentence]) => {
    const { code, stderr } = await render(given);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) as string });
  });

  test('all of it at once', async () => {
    const { stderr } = await render({ podDisruptionBudget: { enabled: true }, telemetry: { host: 'localhost' } });
    expect(stderr).toContain('these values do not go together:\n- telemetry.host');
    expect(stderr).toContain('\n- podDisruptionBudget.enabled');
  });
});

test('A Kubernetes that does not know the kinds is refused', async () => {
  const { code, stderr } = await finish(helmPath, ['template', RELEASE, CHART, '--kube-version', '1.29.9']);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('kubeVersion: >=1.30.0-0') as string,
  });
});

test('Of a parent chart it takes the condition of its dependency and what is shared', async () => {
  const { code, stdout } = await render({ enabled: true, global: { imageRegistry: 'mirror.example', other: 1 } });
  expect(code).toBe(0);
  expect(stdout).toContain('image: "mirror.example/beatkeys/beatkeys:');
});
