import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { renderChart, RELEASE, type ChartObject } from '../rights/chart.ts';
import { filledIn, readDashboard } from '../telemetry/dashboard.ts';
import { finish } from '../testbed/command.ts';
import { controlPlane } from '../testbed/current.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { prometheusPrograms } from '../testbed/prometheus.ts';

/** What the chart brings for Prometheus and Grafana, judged by promtool and the API server. */

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
}
interface RuleTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
}

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const alertsOf = ({ groups }: Rules): readonly Alert[] => groups.flatMap(({ rules }) => rules);
const file = 'helm/beatkeys/files/alerts.yaml';
const alerts = alertsOf(parse(await read(file)) as Rules);
const tests = parse(await read('test/telemetry/alerts.yaml')) as { readonly tests: readonly RuleTest[] };
const { promtool } = await prometheusPrograms(() => undefined);
const folder = temporaryFolder('monitoring');
afterAll(() => folder.remove());

const OWN = 'beatkeys-system';
type Monitoring = Readonly<Record<string, object>>;
const render = (metrics?: Monitoring) =>
  renderChart(controlPlane().helmPath, OWN, metrics === undefined ? {} : { metrics });
const ofKind = async <T>(kind: string, metrics: Monitoring): Promise<ChartObject & T> => {
  const [found, ...more] = (await render(metrics)).filter((object) => object.kind === kind);
  expect(more).toEqual([]);
  return found as ChartObject & T;
};

/** Runs promtool; what it says of a mistake is the test's message. */
async function judged(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await finish(promtool, args, { cwd: root });
  return code === 0 ? 'good' : `${stdout}${stderr}`;
}

describe('The alerts', () => {
  test('are rules that Prometheus takes', async () => {
    expect(await judged('check', 'rules', file)).toBe('good');
  });

  test('fire when they should and do not when they should not', async () => {
    expect(await judged('test', 'rules', 'test/telemetry/alerts.yaml')).toBe('good');
  });

  test.for(alerts.map(({ alert }) => alert))('%s is tried in both ways', (alert) => {
    const tried = tests.tests.flatMap((each) => each.alert_rule_test).filter(({ alertname }) => alertname === alert);
    const firing = tried.map(({ exp_alerts }) => exp_alerts.length > 0);
    expect(new Set(firing)).toEqual(new Set([true, false]));
    // Beside the silence before an alert fires, there are circumstances in which it never does.
    const silent = tests.tests.filter(
      ({ alert_rule_test: all }) =>
        all.some(({ alertname }) => alertname === alert) && all.every(({ exp_alerts }) => exp_alerts.length === 0),
    );
    expect(silent.length).toBeGreaterThan(0);
  });

  test.for(alerts.map((alert) => [alert.alert, alert] as const))('%s says what there is to say', ([name, alert]) => {
    expect(['critical', 'warning']).toContain(alert.labels['severity']);
    expect(Object.keys(alert.annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(alert.annotations['runbook_url']).toMatch(new RegExp(`^https://.*/docs/runbooks/${name}\\.md$`));
  });

  test('have a runbook each, which has nothing but alerts, and all of its parts', async () => {
    const pages = await readdir(path.join(root, 'docs/runbooks'));
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => `${alert}.md`).toSorted());
    for (const page of pages) {
      const heads = [...(await read(`docs/runbooks/${page}`)).matchAll(/^#+ .*$/gm)].map(([head]) => head);
      expect(heads).toEqual([`# ${page.replace('.md', '')}`, '## Meaning', '## Impact', '## Look', '## Mend']);
    }
  });
});

describe('Every query', () => {
  const known = new Set([
    ...createMetrics({ version: '' })
      .describe()
      .flatMap(({ name, type }) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    ...['up', 'process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'],
  ]);
  const queries = [
    ...alerts.map(({ alert, expr }) => [alert, expr] as const),
    ...readDashboard().shown.flatMap(({ title, targets }) =>
      targets.map(({ refId, expr }) => [`${title} ${refId}`, expr] as const),
    ),
  ];

  test.for(queries)('of %s asks for metrics that there are', ([, expr]) => {
    const outsideLabels = expr.replaceAll(/\b(?:by|on) \([^)]*\)/g, '');
    const metrics = [...outsideLabels.matchAll(/\b(up|[a-z]+(?:_[a-z0-9]+)+)\s*(?=[{[)])/g)].map(
      ([, name = '']) => name,
    );
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
  });

  test('of the dashboard is understood by Prometheus', async () => {
    const rules = readDashboard().shown.flatMap(({ targets }, panel) =>
      targets.map(({ refId, expr }) => ({ record: `panel_${panel}_${refId}`, expr: filledIn(expr, 'beatkeys', '5m') })),
    );
    const written = path.join(folder.path, 'dashboard.yaml');
    await writeFile(written, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await judged('check', 'rules', written)).toBe('good');
  });
});

describe('The dashboard', () => {
  const { panels, shown, templating, uid, schemaVersion } = readDashboard();

  test('has panels with something to read in each, none of which covers another', () => {
    expect([uid, schemaVersion >= 36]).toEqual(['beatkeys', true]);
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.every((cell) => Number(cell.split(',', 1)[0]) < 24)).toBe(true);
  });

  test('uses the variables that it has, and has none that it does not use', () => {
    const text = JSON.stringify(panels);
    const used = new Set([...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name));
    expect([...used].filter((name) => name !== '__rate_interval').toSorted()).toEqual(
      templating.list.map(({ name }) => name).toSorted(),
    );
  });
});

describe('The chart', () => {
  test('brings none of it unless asked', async () => {
    const kinds = (await render()).map(({ kind }) => kind);
    for (const kind of ['ServiceMonitor', 'PodMonitor', 'PrometheusRule']) expect(kinds).not.toContain(kind);
  });

  test('makes a rule of every alert, for this release and with the given runbooks and labels', async () => {
    const prometheusRule = {
      enabled: true,
      labels: { release: 'prometheus' },
      ruleLabels: { team: 'search' },
      runbookURL: 'https://wiki.example/runbooks/',
    };
    const rule = await ofKind<{ spec: Rules }>('PrometheusRule', { prometheusRule });
    expect(rule.metadata).toMatchObject({ name: RELEASE, namespace: OWN, labels: { release: 'prometheus' } });
    const made = alertsOf(rule.spec);
    expect(made.map(({ alert }) => alert)).toEqual(alerts.map(({ alert }) => alert));
    for (const [index, { alert, expr, labels, annotations }] of made.entries()) {
      expect(expr).toBe(alerts[index]?.expr.replaceAll('job="beatkeys"', `job="beatkeys", namespace="${OWN}"`));
      expect(labels).toEqual({ ...alerts[index]?.labels, team: 'search' });
      expect(annotations['runbook_url']).toBe(`https://wiki.example/runbooks/${alert}.md`);
    }
    const written = path.join(folder.path, 'rule.yaml');
    await writeFile(written, stringify(rule.spec));
    expect(await judged('check', 'rules', written)).toBe('good');
  });

  test('leaves out the alerts that it is told to', async () => {
    const prometheusRule = { enabled: true, disabled: ['BeatkeysOrphans'], ruleLabels: { severity: 'page' } };
    const made = alertsOf((await ofKind<{ spec: Rules }>('PrometheusRule', { prometheusRule })).spec);
    expect(made).toHaveLength(alerts.length - 1);
    expect(made.filter(({ alert }) => alert === 'BeatkeysOrphans')).toEqual([]);
    expect(new Set(made.map(({ labels }) => labels['severity']))).toEqual(new Set(['page']));
  });

  test('names an alert that it does not know', async () => {
    const prometheusRule = { enabled: true, disabled: ['BeatkeysOrphan'] };
    await expect(render({ prometheusRule })).rejects.toThrow('disabled names BeatkeysOrphan, which is no alert');
  });

  test.each([
    ['ServiceMonitor', 'serviceMonitor', 'endpoints', 'metrics'],
    ['PodMonitor', 'podMonitor', 'podMetricsEndpoints', 'telemetry'],
  ] as const)('makes a %s that keeps the namespaces of objects', async (kind, value, endpoints, port) => {
    const settings = { enabled: true, labels: { release: 'prometheus' }, interval: '30s' };
    const monitor = await ofKind<{ spec: object }>(kind, { [value]: settings });
    expect(monitor.metadata).toMatchObject({ namespace: OWN, labels: { release: 'prometheus' } });
    expect(monitor.spec).toEqual({
      jobLabel: 'app.kubernetes.io/name',
      namespaceSelector: { matchNames: [OWN] },
      selector: {
        matchLabels: {
          'app.kubernetes.io/name': 'beatkeys',
          'app.kubernetes.io/instance': RELEASE,
          'app.kubernetes.io/component': kind === 'PodMonitor' ? 'operator' : 'metrics',
        },
      },
      [endpoints]: [{ port, path: '/metrics', honorLabels: true, interval: '30s' }],
    });
  });

  test('refuses to scrape each pod twice', async () => {
    const both = { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } };
    await expect(render(both)).rejects.toThrow('choose one of metrics.serviceMonitor.enabled');
  });

  test('makes a ConfigMap of the dashboard that the API server takes and a sidecar of Grafana finds', async () => {
    const dashboard = { enabled: true, namespace: 'default', annotations: { grafana_folder: 'Elastic' } };
    const map = await ofKind<{ data: Readonly<Record<string, string>> }>('ConfigMap', { dashboard });
    expect(map.metadata).toMatchObject({
      name: 'beatkeys-dashboard',
      namespace: 'default',
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'Elastic' },
    });
    expect(JSON.parse(map.data['beatkeys.json'] ?? '')).toEqual(
      JSON.parse(await read('helm/beatkeys/files/dashboard.json')),
    );
    const apply = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stderr } = await controlPlane().kubectl(apply, { input: JSON.stringify(map) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
