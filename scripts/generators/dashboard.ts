import { ROWS, type Panel } from './dashboard-panels.ts';
import type { GeneratedFile } from './generator.ts';

/** Grafana divides the width so. */
const COLUMNS = 24;
const HEIGHTS = { stat: 4, timeseries: 8, table: 8 } as const;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** `helm/beatkeys/files/dashboard.json`: a dashboard for Grafana, in the form of its JSON model. */
export async function dashboard(): Promise<readonly GeneratedFile[]> {
  const model = {
    uid: 'beatkeys',
    title: 'Beatkeys',
    description: 'Elasticsearch API keys for Beats: objects, keys, servers, operator.',
    tags: ['beatkeys', 'elasticsearch'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        queryVariable('job', 'Job', 'label_values(beatkeys_build_info, job)', false),
        queryVariable('namespace', 'Namespace of objects', 'label_values(beatkeys_condition, namespace)', true),
      ],
    },
    annotations: { list: [] },
    panels: laidOut(),
  };
  return [{ path: 'helm/beatkeys/files/dashboard.json', content: JSON.stringify(model) }];
}

function queryVariable(name: string, label: string, query: string, several: boolean): object {
  return {
    ...{ name, label, type: 'query', datasource: DATASOURCE, query: { query, refId: name }, refresh: 2, sort: 1 },
    ...(several ? { multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } } : {}),
  };
}

/** Each row below the one before, its panels from left to right. */
function laidOut(): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  const add = (panel: object): void => void panels.push({ id: panels.length + 1, ...panel });
  for (const { title, panels: ofRow } of ROWS) {
    add({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of ofRow) {
      if (x + panel.width > COLUMNS) {
        y += tallest;
        [x, tallest] = [0, 0];
      }
      const h = HEIGHTS[panel.type];
      add({ ...panelModel(panel), gridPos: { x, y, w: panel.width, h } });
      x += panel.width;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return panels;
}

function panelModel({ type, title, description, unit, queries, colours = [] }: Panel): object {
  const steps = colours.map(([value, color]) => ({ color, value }));
  const now = type !== 'timeseries';
  return {
    ...{ type, title, description, datasource: DATASOURCE },
    fieldConfig: {
      defaults: {
        unit,
        ...(type === 'timeseries' ? { min: 0, custom: { fillOpacity: 10, showPoints: 'never' } } : {}),
        ...(steps.length === 0 ? {} : { thresholds: { mode: 'absolute', steps } }),
      },
      overrides: [],
    },
    options: OPTIONS[type],
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), expr, legendFormat: legend, datasource: DATASOURCE },
      ...{ instant: now, range: !now, ...(type === 'table' ? { format: 'table' } : {}) },
    })),
    ...(type === 'table' ? { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] } : {}),
  };
}

const OPTIONS = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'none' },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  table: { showHeader: true },
} as const;
