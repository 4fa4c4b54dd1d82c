import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { MetricDescription } from '../../src/telemetry/metric-description.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { GeneratedFile } from './generator.ts';

/** The file of alerts, as far as a table shows it. */
interface AlertFile {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
}

interface Alert {
  readonly alert: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const root = path.resolve(import.meta.dirname, '../..');

/** `docs/metrics.md`: every metric that the operator registers, and every alert of the chart. */
export async function metricsReference(): Promise<readonly GeneratedFile[]> {
  const metrics = createMetrics({ version: '' }).describe();
  const { groups } = parse(await readFile(path.join(root, 'helm/beatkeys/files/alerts.yaml'), 'utf8')) as AlertFile;
  const sections = [
    '<!-- Made from src/telemetry and helm/beatkeys/files/alerts.yaml by `npm run generate`. -->',
    '# Metrics and alerts',
    'The operator serves them at `/metrics`, port 8080, in the text format of Prometheus. How to scrape them, and the dashboard: [Watch the operator](monitoring.md).',
    'Names that begin with `controller_runtime_`, `workqueue_` or `leader_election_` mean what they mean in controller-runtime, so that what you have for other operators works. Beside these there are `process_*` and `nodejs_*`, as [prom-client](https://github.com/siimon/prom-client) makes them. Labels hold words of Beatkeys and names of objects: never the id of a key, nor a URL. Only the leader shows series of objects, and the series of an object end with it.',
    '## Metrics',
    table(
      ['Metric', 'Type', 'Labels', 'Meaning'],
      metrics.map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.map(code).join(', '), help]),
    ),
    ...histogramNote(metrics),
    '## Alerts',
    'In the chart with `metrics.prometheusRule.enabled: true`; each with a runbook.',
    table(
      ['Alert', 'Severity', 'After', 'Says'],
      groups
        .flatMap(({ rules }) => rules)
        .map(({ alert, labels, annotations, ...rule }) => [
          `[${alert}](runbooks/${alert}.md)`,
          labels.severity,
          rule.for,
          annotations.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '_$1_'),
        ]),
    ),
  ];
  return [{ path: 'docs/metrics.md', content: `${sections.join('\n\n')}\n` }];
}

function histogramNote(metrics: readonly MetricDescription[]): readonly string[] {
  const names = metrics.filter(({ type }) => type === 'histogram').map(({ name }) => code(name));
  return [
    `Of a histogram there are three: with \`_bucket\` (label \`le\`), \`_sum\` and \`_count\`: ${names.join(', ')}.`,
  ];
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
