import type { DashboardPanel } from '../../test/telemetry/dashboard.ts';
import type { Result } from '../../test/telemetry/prometheus.ts';
import { spelt } from './units.ts';

/** What each query of a panel was answered. */
export type Answers = readonly { readonly legend: string; readonly results: readonly Result[] }[];

interface Line {
  readonly name: string;
  readonly points: Result['values'];
}

const COLOURS = ['#1f77b4', '#d95f02', '#2ca02c', '#c2185b', '#7b4fb5', '#8c6d31', '#00838f', '#616161'];
const MARGIN = 4;
const HEAD = 24;
const LEGEND_LINE = 13;
/** More are not told apart. */
const LEGENDS = 6;
const ROWS = 8;

/** A panel as Grafana would show it, in few strokes; sizes in pixels. */
export function drawPanel(panel: DashboardPanel, answers: Answers, width: number, height: number): string {
  const { title, type, fieldConfig } = panel;
  const { unit } = fieldConfig.defaults;
  const lines = linesOf(answers, type === 'timeseries');
  const inner = { width: width - 2 * MARGIN, height: height - 2 * MARGIN };
  const frame = `<rect x="${MARGIN}" y="${MARGIN}" width="${inner.width}" height="${inner.height}" rx="3" fill="#fff" stroke="#d8dee4"/>`;
  const head = `<text class="title" x="12" y="20">${escaped(title)}</text>`;
  const body = { stat: drawStat, timeseries: drawLines, table: drawTable }[type];
  return frame + head + (lines.length === 0 ? nothing(width, height) : body(lines, unit, width, height));
}

/** `past`: with those that have ended meanwhile. */
function linesOf(answers: Answers, past: boolean): readonly Line[] {
  const lines = answers.flatMap(({ legend, results }) =>
    results
      .map(({ metric, values }) => ({
        name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '') || labels(metric),
        points: values.filter(([, value]) => Number.isFinite(value)),
      }))
      .filter(({ points }) => points.length > 0),
  );
  const end = Math.max(...lines.map(({ points }) => points.at(-1)?.[0] ?? 0));
  return past ? lines : lines.filter(({ points }) => points.at(-1)?.[0] === end);
}

const labels = (metric: Result['metric']): string =>
  Object.entries(metric)
    .filter(([name]) => name !== '__name__')
    .map(([, value]) => value)
    .join('  ');

const last = ({ points }: Line): number => points.at(-1)?.[1] ?? 0;

const nothing = (width: number, height: number): string =>
  `<text class="axis" x="${width / 2}" y="${height / 2 + 8}" text-anchor="middle">nothing</text>`;

function drawStat([line]: readonly Line[], unit: string, width: number, height: number): string {
  return line === undefined
    ? ''
    : `<text class="stat" x="${width / 2}" y="${height / 2 + 20}">${spelt(last(line), unit)}</text>`;
}

function drawTable(lines: readonly Line[], unit: string, width: number): string {
  return lines
    .slice(0, ROWS)
    .map((line, row) => {
      const y = HEAD + 18 + row * 18;
      return `<text class="cell" x="12" y="${y}">${escaped(line.name)}</text><text class="cell" x="${width - 14}" y="${y}" text-anchor="end">${spelt(last(line), unit)}</text>`;
    })
    .join('');
}

function drawLines(lines: readonly Line[], unit: string, width: number, height: number): string {
  const shown = lines.toSorted((one, other) => last(other) - last(one));
  const legends = shown.slice(0, LEGENDS);
  const top = HEAD + 10;
  const bottom = height - 18 - Math.ceil(legends.length / 2) * LEGEND_LINE;
  const [left, right] = [54, width - 14];
  const times = shown.flatMap(({ points }) => points.map(([time]) => time));
  const [from, until] = [Math.min(...times), Math.max(...times)];
  const most = Math.max(...shown.flatMap(({ points }) => points.map(([, value]) => value)), 0) || 1;
  const x = (time: number): string => (left + ((time - from) / (until - from || 1)) * (right - left)).toFixed(1);
  const y = (value: number): string => (bottom - (Math.max(value, 0) / most) * (bottom - top)).toFixed(1);
  const axes = [0, most / 2, most].map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/><text class="axis" x="${left - 4}" y="${Number(y(value)) + 3}" text-anchor="end">${spelt(value, unit)}</text>`,
  );
  const strokes = shown.map(({ points }, index) => {
    const path = points.map(([time, value]) => `${x(time)},${y(value)}`).join(' ');
    return `<polyline class="line" stroke="${colour(index)}" points="${path}"/>`;
  });
  const keys = legends.map(({ name }, index) => {
    const at = [12 + (index % 2) * (width / 2 - 8), bottom + 20 + Math.floor(index / 2) * LEGEND_LINE] as const;
    const room = Math.floor((width / 2 - 30) / 5.4);
    const text = name.length > room ? `${name.slice(0, room - 1)}…` : name;
    return `<rect x="${at[0]}" y="${at[1] - 6}" width="8" height="3" fill="${colour(index)}"/><text class="legend" x="${at[0] + 12}" y="${at[1]}">${escaped(text)}</text>`;
  });
  return [...axes, ...strokes, ...keys].join('');
}

const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? '#000';

/** For text of XML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
