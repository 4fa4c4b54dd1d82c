import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A panel of the dashboard that shows something, as its file has it. */
export interface DashboardPanel {
  readonly type: 'stat' | 'timeseries' | 'table';
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: { readonly defaults: { readonly unit: string } };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

interface DashboardFile {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly (DashboardPanel | (Pick<DashboardPanel, 'title' | 'gridPos'> & { readonly type: 'row' }))[];
}

const file = path.resolve(import.meta.dirname, '../../helm/beatkeys/files/dashboard.json');

/** The dashboard as the chart has it. */
export function readDashboard(): DashboardFile & { readonly shown: readonly DashboardPanel[] } {
  const dashboard = JSON.parse(readFileSync(file, 'utf8')) as DashboardFile;
  const shown = dashboard.panels.filter((panel): panel is DashboardPanel => panel.type !== 'row');
  return { ...dashboard, shown };
}

/** A query as Grafana would send it; `rate`: the window over which rates are taken. */
export function filledIn(expr: string, job: string, rate: string): string {
  return expr.replaceAll('$job', job).replaceAll('$namespace', '.*').replaceAll('$__rate_interval', rate);
}
