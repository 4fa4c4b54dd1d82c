/**
 * The operator against the limit of its servers, side by side; bench/README.md says how.
 *
 *     npm run bench                                   everything: three rounds of 1,000 objects, and three of 5,000
 *     npm run bench -- --json FILE                    writes the figures to a file, too
 *     npm run bench -- --objects 100 --large 500 --rounds 1    smaller
 *     npm run bench -- --only create,idle             some of create, single, memory, startup, idle, rotate, delete with
 *                                                     --objects, and of steady, restart, memory5000 with --large
 *     npm run bench -- --only policy                  without servers
 *     npm run bench -- --bundle FILE                  of a program that is built already
 *     npm run bench -- --flags='--a --b'              with other options of Node for the operator
 *     npm run bench -- --profiles FOLDER              with CPU profiles of the operator that creates objects, or restarts
 *     npm run bench -- --write-readme FILE            no run: puts the figures of such a file into bench/README.md
 *
 * Ends with 1 when something was not measured, and with 1 when a target was missed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { summarize } from '../bench/figures.ts';
import { machine, table, versions, versionsWith, writeReadme, type Report } from '../bench/report.ts';
import { LARGE_PARTS, measureLarge } from '../bench/large.ts';
import { measurePolicy, POLICY_PARTS } from '../bench/policy.ts';
import { measureRounds, PARTS, type RoundOptions, type RoundResult } from '../bench/round.ts';
import { startWorld, type World } from '../bench/world.ts';
import { bundle } from './build/bundle.ts';
import { NODE_FLAGS } from './build/runtime-options.ts';

const root = path.resolve(import.meta.dirname, '..');
const progress = (line: string): void => console.error(line);
const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    objects: { type: 'string', default: '1000' },
    large: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: [...PARTS, ...LARGE_PARTS, ...POLICY_PARTS].join(',') },
    bundle: { type: 'string' },
    flags: { type: 'string', default: NODE_FLAGS.join(' ') },
    profiles: { type: 'string' },
    'write-readme': { type: 'string' },
  },
});

const given = values['write-readme'];
if (given === undefined) process.exitCode = await run();
else await writeReadme(JSON.parse(await readFile(given, 'utf8')) as Report);

async function run(): Promise<number> {
  const rounds = whole('rounds', values.rounds);
  const large = whole('large', values.large);
  const options = {
    objects: whole('objects', values.objects),
    parts: parts(values.only),
    bundle: path.resolve(values.bundle ?? (await build())),
    flags: values.flags.split(' ').filter((flag) => flag !== ''),
    profiles: values.profiles === undefined ? undefined : path.resolve(values.profiles),
  };
  const report = await measure(rounds, large, options);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(table(report));
  return report.pass ? 0 : 1;
}

async function measure(rounds: number, large: number, options: Omit<RoundOptions, 'round'>): Promise<Report> {
  const at = new Date().toISOString();
  const before = machine();
  const asked = (parts: readonly string[]): boolean => parts.some((part) => options.parts.has(part));
  const stages = [
    ...(asked(PARTS) ? [(world: World) => measureRounds(world, rounds, options)] : []),
    ...(asked(LARGE_PARTS) ? [(world: World) => measureLarge(world, { ...options, rounds, objects: large })] : []),
  ];
  const results: RoundResult[] = asked(POLICY_PARTS) ? [...measurePolicy(rounds)] : [];
  let found = versions();
  for (const stage of stages) {
    const measured = await inWorld(stage);
    results.push(...measured.results);
    found = measured.versions;
  }
  const figures = summarize(results.map(({ sample }) => sample));
  return {
    ...{ at, objects: options.objects, large, rounds, flags: options.flags, machine: before, versions: found },
    pass: Object.values(figures).every(({ pass }) => pass !== false),
    figures,
    requests: results.map(({ requests }) => requests),
  };
}

/** Measures on servers of their own. */
async function inWorld(work: (world: World) => Promise<readonly RoundResult[]>) {
  const world = await startWorld(path.join(root, 'crds'), progress);
  try {
    return { results: await work(world), versions: await versionsWith(world) };
  } finally {
    await world.stop();
  }
}

async function build(): Promise<string> {
  const file = path.join(root, 'dist/beatkeys.mjs');
  progress('building dist/beatkeys.mjs …');
  await bundle(file);
  return file;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0`);
}

function parts(text: string): ReadonlySet<string> {
  const all: readonly string[] = [...PARTS, ...LARGE_PARTS, ...POLICY_PARTS];
  const names = text.split(',');
  if (names.every((name) => all.includes(name))) return new Set(names);
  throw new RangeError(`--only knows ${all.join(', ')}`);
}
