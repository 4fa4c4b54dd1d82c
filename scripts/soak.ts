/**
 * The tests that prove the whole life of a key, for long, with the bundled operator on real servers.
 *
 *     npm run soak -- --minutes 60                    the crash matrix, the reader and Beats, for an hour each
 *     npm run soak -- --minutes 60 --json FILE        writes the figures to a file, too
 *     npm run soak -- --minutes 60 --only reader      some of crash, reader, beats
 *     npm run soak -- --minutes 60 --verbose          shows all output, such as the table of the crash matrix
 *
 * Takes the servers that `BEATKEYS_TESTBED` names, or starts some. Ends with 1 when a test failed, a figure is missing or
 * a target was missed.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../bench/report.ts';
import { FIGURES_FILE, SOAK_MINUTES, sumFigures } from '../test/scenario/figures.ts';
import { programVariable } from '../test/operator/operator.ts';
import { temporaryFolder } from '../test/testbed/leftovers.ts';
import { bundle } from './build/bundle.ts';
import { judge, PARTS, table, type PartName } from './soak/report.ts';
import { interruptedCode, runSteps, type Step } from './steps/run.ts';
import { serversStep } from './steps/servers.ts';
import { runWatched } from './steps/vitest.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    verbose: { type: 'boolean' },
  },
});
const minutes = positive(values.minutes);
const parts = partNames(values.only);
const at = new Date().toISOString();
const before = machine();
const folder = temporaryFolder('soak');
const figuresFile = path.join(folder.path, 'figures');
writeFileSync(figuresFile, '');

const { step: servers, stop } = serversStep();
const program: Step = {
  name: 'bundle',
  run: async () => {
    const file = path.join(folder.path, 'beatkeys.mjs');
    await bundle(file);
    process.env[programVariable] = file;
  },
};
const tests = parts.map((part): Step => {
  const { name, files, again } = PARTS[part];
  const run = async () => {
    const until = Date.now() + minutes * 60_000;
    do await runWatched('vitest', ['run', '--project', 'e2e', files]);
    while (again && Date.now() < until);
  };
  return { name, run, after: [servers.name, program.name] };
});

process.env[SOAK_MINUTES] = String(minutes);
process.env[FIGURES_FILE] = figuresFile;
const code = await runSteps([servers, program, ...tests]);
const figures = sumFigures(figuresFile);
const rows = judge(figures, parts);
const pass = code === 0 && rows.every((row) => row.pass);
if (values.json !== undefined) {
  const report = { at, minutes, parts, machine: before, pass, figures };
  writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
console.log(`\n${table(rows)}`);
// An interrupted run does not wait for servers that are still starting: they end with this process.
if (code !== interruptedCode) await stop();
await folder.remove();
process.exit(code === 0 && !pass ? 1 : code);

function positive(text: string | undefined): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new RangeError('say how long: --minutes N, a number above 0');
}

function partNames(text: string): readonly PartName[] {
  const names = text.split(',');
  const known = Object.keys(PARTS);
  if (names.some((name) => !known.includes(name))) throw new RangeError(`--only knows ${known.join(', ')}`);
  return names as PartName[];
}
