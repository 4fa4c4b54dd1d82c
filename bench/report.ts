import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { format, resolveConfig } from 'prettier';
import packageJson from '../package.json' with { type: 'json' };
import { FIGURES, type Figure, type FigureName } from './figures.ts';
import type { RoundResult } from './round.ts';
import type { World } from './world.ts';

/** What a run found, and on what; as it is written to a file. */
export interface Report {
  readonly at: string;
  readonly objects: number;
  /** Objects where very many are needed. */
  readonly large: number;
  readonly rounds: number;
  /** Options of Node for the operator. */
  readonly flags: readonly string[];
  readonly machine: {
    readonly processor: string;
    readonly processors: number;
    readonly memoryGiB: number;
    readonly system: string;
    /** Average over the minute before the run. */
    readonly load: number;
  };
  readonly versions: Readonly<Record<'beatkeys' | 'commit' | 'node' | 'kubernetes' | 'elasticsearch', string>>;
  readonly pass: boolean;
  readonly figures: Partial<Record<FigureName, Figure>>;
  /** Requests by round, part, server and route. */
  readonly requests: readonly RoundResult['requests'][];
}

/** The machine, before it is put to work. */
export function machine(): Report['machine'] {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** What was measured, where there are no servers. */
export const versions = (): Report['versions'] => ({
  beatkeys: packageJson.version,
  commit: commit(),
  node: process.version,
  kubernetes: 'none',
  elasticsearch: 'none',
});

/** What was measured, and on which servers. */
export async function versionsWith({ admin, elasticsearch }: World): Promise<Report['versions']> {
  const { gitVersion } = await admin.send<{ gitVersion: string }>('GET', '/version');
  return { ...versions(), kubernetes: gitVersion, elasticsearch: elasticsearch.version };
}

/** Short, and marked where files differ from it. */
function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '../src').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** The figures as lines for a terminal. */
export function table({ figures }: Report): string {
  const lines = Object.entries(figures).map(([name, { value, unit, target, pass }]) => {
    const wanted = target === undefined ? '' : `${target.is} ${target.value}`;
    const verdict = pass === undefined ? '' : pass ? styleText('green', 'pass') : styleText('red', 'FAIL');
    return `${name.padEnd(42)} ${String(value).padStart(10)} ${unit.padEnd(17)} ${wanted.padEnd(8)} ${verdict}`;
  });
  return lines.join('\n');
}

const BEGIN = '<!-- figures -->';
const END = '<!-- end of figures -->';

/** Puts the figures of a report into README.md, between its marks. */
export async function writeReadme(report: Report): Promise<void> {
  const file = path.join(import.meta.dirname, 'README.md');
  const text = await readFile(file, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${file} has no place for figures (${BEGIN} … ${END})`);
  const whole = `${text.slice(0, before)}${BEGIN}\n\n${markdown(report)}\n\n${text.slice(after)}`;
  await writeFile(file, await format(whole, { ...(await resolveConfig(file)), filepath: file }));
}

function markdown({ at, objects, large, rounds, flags, machine: on, versions: of, figures }: Report): string {
  const rows = (Object.keys(FIGURES) as FigureName[]).flatMap((name) => {
    const found = figures[name];
    if (found === undefined) return [];
    const { value, unit, target, pass, rounds: each } = found;
    const wanted = target === undefined ? '' : `${target.is} ${target.value}`;
    const verdict = pass === undefined ? '' : pass ? 'yes' : '**no**';
    return [`| \`${name}\` | ${value} | ${unit} | ${wanted} | ${verdict} | ${each.join(', ')} |`];
  });
  return [
    `${at.slice(0, 10)}, ${objects} objects (${large} for \`steady\`, \`restart\` and \`memory.rssMiB5000\`), ${rounds} rounds; Beatkeys ${of.beatkeys} (${of.commit}), Node ${[of.node, ...flags].join(' ')},`,
    `Kubernetes ${of.kubernetes}, Elasticsearch ${of.elasticsearch}; ${on.processors} × ${on.processor},`,
    `${on.memoryGiB} GiB, ${on.system}, load ${on.load} before.`,
    '',
    '| figure | median | unit | target | met | rounds |',
    '| --- | ---: | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
