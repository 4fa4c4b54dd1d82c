/**
 * `node scripts/dashboard-picture.ts FILE` draws docs/images/dashboard.svg from what a real Prometheus answered to the queries
 * of the dashboard; `BEATKEYS_DASHBOARD_DATA=FILE npm run e2e -- test/telemetry/dashboard.test.ts` writes that file.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readDashboard } from '../test/telemetry/dashboard.ts';
import { drawPanel, escaped, type Answers } from './picture/panel.ts';

const COLUMN = 50;
const ROW = 26;

const [file = ''] = process.argv.slice(2);
const answers = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, Answers>>;
const { panels } = readDashboard();
const width = 24 * COLUMN;
const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * ROW + 40;

const drawn = panels.map((panel) => {
  const { x, y, w, h } = panel.gridPos;
  const place = `translate(${x * COLUMN}, ${y * ROW + 36})`;
  if (panel.type === 'row') return `<text class="row" transform="${place}" x="8" y="18">${escaped(panel.title)}</text>`;
  return `<g transform="${place}">${drawPanel(panel, answers[panel.title] ?? [], w * COLUMN, h * ROW)}</g>`;
});

const style = `
  text { font: 11px system-ui, sans-serif; fill: #24292f }
  .row, .head { font-size: 14px; font-weight: 600 }
  .title { font-size: 12px; font-weight: 600 }
  .stat { font-size: 26px; font-weight: 600; text-anchor: middle; fill: #1f60c4 }
  .axis { font-size: 9px; fill: #6e7781 }
  .legend, .cell { font-size: 10px }
  .line { fill: none; stroke-width: 1.5 }
  .grid { stroke: #d8dee4; stroke-width: 0.5 }
`;
const target = path.resolve(import.meta.dirname, '../docs/images/dashboard.svg');
await mkdir(path.dirname(target), { recursive: true });
await writeFile(
  target,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The dashboard of Beatkeys">
<style>${style}</style>
<rect width="${width}" height="${height}" fill="#f6f8fa"/>
<text class="head" x="8" y="24">Beatkeys</text>
${drawn.join('\n')}
</svg>
`,
);
console.log(`drawn: ${path.relative(process.cwd(), target)}`);
