import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { renderChart, type ChartObject } from '../rights/chart.ts';
import type { Objects } from '../scenario/objects.ts';
import { openTrouble } from '../scenario/trouble/open.ts';
import { rounds } from '../scenario/trouble/rounds.ts';
import { controlPlane } from '../testbed/current.ts';
import { filledIn, readDashboard } from './dashboard.ts';
import { Prometheus, type Result } from './prometheus.ts';
import { runbookCommands } from './runbooks.ts';

/** A real Prometheus scrapes the real operator while keys are made, replaced and lost; then everything is asked of it. */

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

/** Where the answers go, for the picture in the documents: see scripts/dashboard-picture.ts. Left out: nowhere. */
const data = process.env['BEATKEYS_DASHBOARD_DATA'] ?? '';
/** How often the key of an object is replaced: so often that a picture shows something. */
const TURNS = data === '' ? 1 : 30;

const trouble = await openTrouble({
  guests: 1,
  connection: { allowedNamespaces: { from: 'All' } },
  settings: { BEATKEYS_LOG_LEVEL: 'info' },
});
const { world, site } = trouble;
const { objects } = site;
const [guest] = site.guests as [Objects];
const stack = new AsyncDisposableStack();
afterAll(async () => {
  await stack.disposeAsync();
  await trouble.close();
});

const own = world.home.namespace;
const roleDescriptors = { role: { cluster: ['monitor'] } };
const rule = (await renderChart(controlPlane().helmPath, own, { metrics: { prometheusRule: { enabled: true } } })).find(
  ({ kind }) => kind === 'PrometheusRule',
) as ChartObject & { readonly spec: Rules };
const alerts = rule.spec.groups.flatMap(({ rules }) => rules);
const started = Date.now() / 1000;
let prometheus: Prometheus;

/** What a panel shows from the beginning until now, by the legend of each of its queries. */
const answers = new Map<string, readonly { readonly legend: string; readonly results: readonly Result[] }[]>();

beforeAll(async () => {
  const { port } = await world.operator.untilLine('serving /healthz, /readyz and /metrics');
  prometheus = stack.use(
    await Prometheus.start({
      port: Number(port),
      labels: { job: 'beatkeys', namespace: own, pod: 'beatkeys-0' },
      groups: rule.spec.groups,
    }),
  );
  await Promise.all([live(), replace(), wait(), remove(), refuse(), fail()]);
  // Rates need two scrapes after what they count.
  await rounds(world.operator, 2);
  await vi.waitFor(
    async () => expect(await prometheus.query('beatkeys_policy_denials_total offset 5s')).not.toEqual([]),
    {
      timeout: 30_000,
      interval: 500,
    },
  );
}, 240_000);

async function live(): Promise<void> {
  await objects.issue('steady', { preset: { beat: 'packetbeat' }, expiration: '30d' });
  await objects.applyKey('steady', {
    preset: { beat: 'packetbeat' },
    expiration: '30d',
    metadata: { team: 'network' },
  });
  await objects.event('steady', 'KeyUpdated');
}

async function replace(): Promise<void> {
  const spec = (turn: number) => ({ roleDescriptors, rotation: { request: `turn ${turn}` } });
  let current = await objects.issue('replaced', spec(0));
  for (let turn = 1; turn <= TURNS; turn++) {
    await objects.applyKey('replaced', spec(turn));
    current = await objects.rotated('replaced', current);
    if (turn < TURNS) await rounds(world.operator, 1 + (turn % 3));
  }
}

/** A replaced key whose consumer never moves on. */
async function wait(): Promise<void> {
  const consumers = [{ kind: 'Deployment', name: 'nowhere' }] as const;
  const spec = (request: string) => ({ roleDescriptors, consumers, rotation: { overlap: '1s', request } });
  const first = await objects.issue('waiting', spec('one'));
  await objects.applyKey('waiting', spec('two'));
  await objects.rotated('waiting', first);
}

async function remove(): Promise<void> {
  await objects.issue('removed', { roleDescriptors });
  await objects.remove('BeatApiKey', 'removed');
  await objects.untilGone('BeatApiKey', 'removed');
}

/** An object that asks for more than its connection lends. */
async function refuse(): Promise<void> {
  await objects.applyKey('refused', { roleDescriptors: { role: { cluster: ['all'] } } });
  await objects.refused('refused', 'PolicyViolation');
}

/** An object whose Secret a quota does not let be. */
async function fail(): Promise<void> {
  await guest.kubectl(['create', 'quota', 'none', '--hard=count/secrets=0']);
  await guest.applyKey('unstored', { connectionRef: { name: 'main', namespace: objects.namespace }, roleDescriptors });
  await guest.refused('unstored', 'Forbidden');
}

test('What passes do is counted, by reason and result', async () => {
  const done = (action: string, reason: string, result: string) =>
    world.operator.count('beatkeys_actions_total', { action, reason, result });
  // A busy server may let one of them fail, which is tried again.
  for (const [action, reason, result] of [
    ['issueKey', 'FirstIssue', 'success'],
    ['issueKey', 'Requested', 'success'],
    ['updateKey', '', 'success'],
    ['invalidateKeys', 'deleted', 'success'],
    ['issueKey', 'FirstIssue', 'denied'],
  ] as const)
    expect(await done(action, reason, result), `${action} ${reason} ${result}`).toBeGreaterThan(0);
  expect(await world.operator.count('beatkeys_policy_denials_total', { reason: 'PolicyViolation' })).toBeGreaterThan(0);
  expect(await world.operator.count('beatkeys_watches', { kind: 'BeatApiKey', state: 'following' })).toBe(2);
});

describe('Every panel of the dashboard', () => {
  test.for(readDashboard().shown.map((panel) => [panel.title, panel] as const))(
    '%s has data',
    async ([title, panel]) => {
      const shown: { legend: string; results: readonly Result[] }[] = [];
      const empty: string[] = [];
      for (const { expr, legendFormat } of panel.targets) {
        const query = filledIn(expr, 'beatkeys', '5s');
        await prometheus.query(query);
        const results = await prometheus.graph(query, started, Date.now() / 1000);
        shown.push({ legend: legendFormat, results });
        const numbers = results.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(value));
        if (numbers.length === 0) empty.push(query);
      }
      answers.set(title, shown);
      expect(empty).toEqual([]);
    },
  );
});

describe('Every alert', () => {
  test.for(alerts.map(({ alert, expr }) => [alert, expr] as const))('%s can be asked for', async ([, expr]) => {
    await expect(prometheus.query(expr)).resolves.toBeDefined();
  });

  test('is evaluated by Prometheus itself without an error', async () => {
    const rules = await vi.waitFor(
      async () => {
        const loaded = await prometheus.rules();
        expect(loaded.filter(({ health }) => health === 'unknown')).toEqual([]);
        return loaded;
      },
      { timeout: 30_000, interval: 500 },
    );
    expect(rules.map(({ name, health, lastError }) => [name, health, lastError ?? ''])).toEqual(
      alerts.map(({ alert }) => [alert, 'ok', '']),
    );
  });

  test('names what it is about: the namespace is that of the object, and an operator that works is not blamed', async () => {
    const pending = async () =>
      (await prometheus.rules())
        .flatMap(({ alerts: all }) =>
          all.map(({ labels: { alertname, ...labels } }) => ({ alert: alertname, ...labels })),
        )
        // Whether the Secret is refused again, and every request is answered, is a matter of luck.
        .filter(({ alert = '' }) => !['BeatkeysRotationFailing', 'BeatkeysElasticsearchErrors'].includes(alert))
        .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    const { namespace } = objects;
    await vi.waitFor(
      async () =>
        expect(await pending()).toEqual([
          { alert: 'BeatkeysKeyNotReady', severity: 'warning', namespace, name: 'refused' },
          { alert: 'BeatkeysKeyNotReady', severity: 'warning', namespace: guest.namespace, name: 'unstored' },
        ]),
      { timeout: 30_000, interval: 500 },
    );
  });
});

test('the series of an object end with it', async () => {
  const { metadata } = await objects.issue('short-lived', { roleDescriptors, expiration: '1d' });
  const series = `{namespace="${metadata.namespace}", name="short-lived"}`;
  const names = async () => new Set((await prometheus.query(series)).map(({ metric }) => metric['__name__']));
  const patience = { timeout: 30_000, interval: 300 };
  await vi.waitFor(
    async () =>
      expect(await names()).toEqual(
        new Set(
          ['condition', 'key_expiration_timestamp_seconds', 'key_renewal_timestamp_seconds'].map(
            (n) => `beatkeys_${n}`,
          ),
        ),
      ),
    patience,
  );
  await objects.remove('BeatApiKey', 'short-lived');
  await objects.untilGone('BeatApiKey', 'short-lived');
  await vi.waitFor(async () => expect(await names()).toEqual(new Set()), patience);
});

test('no series holds the id of a key or a URL', async () => {
  const text = await world.operator.metrics();
  const keys = await objects.list('BeatApiKey');
  const ids = keys.flatMap(({ status }) => [status?.keyID, ...(status?.retiring ?? []).map(({ keyID }) => keyID)]);
  expect(ids.filter((id) => id !== undefined).length).toBeGreaterThan(3);
  expect(ids.filter((id) => id !== undefined && text.includes(id))).toEqual([]);
  expect(text.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
});

describe('The log', () => {
  const lines = () => world.operator.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const chatter = () => lines().filter((fields) => fields['log.level'] === 'debug');

  test('says everything after SIGUSR2, what is usual after another one, and which pass a line belongs to', async () => {
    await rounds(world.operator, 1);
    expect(chatter()).toEqual([]);
    world.operator.changeLogLevel();
    expect(await world.operator.untilLine('the log level changes')).toMatchObject({ level: 'debug' });
    const said = world.operator.lines.length;
    const ended = await world.operator.untilLine('a pass ended', said);
    expect(ended).toMatchObject({
      controller: expect.any(String) as unknown,
      object: expect.stringContaining('/') as unknown,
    });
    await objects.issue('chatty', { roleDescriptors });
    // The API server may be heard before the operator's output.
    await world.operator.untilLine(/\/chatty".*"action":"issueKey"/);
    const ofObject = chatter().filter(({ object }) => object === `${objects.namespace}/chatty`);
    const done = ofObject.filter(({ message }) => message === 'an action was carried out');
    expect(done.map(({ action }) => action)).toEqual(['claim', 'issueKey']);
    expect(new Set(done.map(({ reconcileID }) => reconcileID)).size).toBe(1);

    const before = world.operator.lines.length;
    world.operator.changeLogLevel();
    expect(await world.operator.untilLine('the log level changes', before)).toMatchObject({ level: 'info' });
    const count = chatter().length;
    await rounds(world.operator, 2);
    expect(chatter()).toHaveLength(count);
  });
});

describe('Every command of the runbooks', () => {
  beforeAll(async () => {
    await world.home.kubectl(['create', 'deployment', 'beatkeys', '--image=beatkeys', '--replicas=1']);
  });

  test.for(runbookCommands().map((command) => [command.text, command] as const))('$ %s', async ([, command]) => {
    const name = command.about === 'ElasticsearchConnection' ? 'main' : 'waiting';
    const args = command.args.map((arg) =>
      arg
        .replaceAll('beatkeys-system', own)
        .replaceAll('NAMESPACE', objects.namespace)
        .replaceAll('NAME', name)
        .replaceAll('UUID', 'pzoM0gEQSiOli-IqUTg_pg'),
    );
    const { code, stderr } = await controlPlane().kubectl(args);
    // `auth can-i` answers no with 1; the test's account has another name.
    expect({
      code: args.includes('can-i') && code === 1 ? 0 : code,
      stderr: stderr.replace(/^No resources.*\n/, ''),
    }).toEqual({
      code: 0,
      stderr: expect.not.stringMatching(/error/i) as unknown,
    });
  });
});

afterAll(async () => {
  if (data !== '') await writeFile(data, JSON.stringify(Object.fromEntries(answers)));
});
