import { reportFigures } from '../figures.ts';
import { nameOf } from './effects.ts';
import type { Matrix, MatrixCase } from './matrix.ts';
import type { Result } from './trial.ts';

/** A case in the words of the table. */
interface Row {
  readonly story: string;
  readonly effect: string;
  readonly fault: string;
  /** `ok`, `ok +N` where N keys more than needed were made and invalidated, or what is wrong. */
  readonly outcome: string;
}

/** Prints effect × fault × outcome and the totals of these cases, and tells the totals whoever asks for figures. */
export async function reportCases({ version, leasesLost }: Matrix, cases: readonly MatrixCase[]): Promise<void> {
  const tried = await Promise.all(
    cases.map(async (each) => ({ each, result: await each.result.catch(() => undefined) })),
  );
  const total = (count: (result: Result) => number) =>
    tried.reduce((sum, { result }) => sum + (result === undefined ? 0 : count(result)), 0);
  const figures = {
    'crash.cases': tried.length,
    // Living keys that no Secret and no journal named in the end.
    'crash.orphans': total(({ orphans }) => orphans),
    // Objects without a key that works and has all its rights in the end.
    'crash.lost': total(({ lost }) => (lost ? 1 : 0)),
  };
  reportFigures(figures);
  const rows = tried.map(({ each, result }) => row(each, result));
  console.log(
    [
      `Crash matrix, Elasticsearch ${version}; +N: so many keys were made in vain, and invalidated`,
      ...[...Map.groupBy(rows, ({ story }) => story)].map(([story, of]) => table(story, of)),
      ...rows
        .filter(({ outcome }) => !outcome.startsWith('ok'))
        .map(({ story, effect, fault, outcome }) => `${story}: ${effect}: ${fault}: ${outcome}`),
      Object.entries(figures)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
      `leases lost because the machine was busy: ${leasesLost()}`,
    ].join('\n\n'),
  );
}

function row({ story, strikes }: MatrixCase, result: Result | undefined): Row {
  const earlier = strikes.slice(0, -1).map(({ effect, fault }) => `${nameOf(effect)}: ${fault.name}, then `);
  const [last] = strikes.slice(-1);
  return {
    story: story.name,
    effect: `${earlier.join('')}${last === undefined ? '' : nameOf(last.effect)}`,
    fault: last?.fault.name ?? '',
    outcome: outcomeOf(story.stored, result),
  };
}

function outcomeOf(needed: number, result: Result | undefined): string {
  if (result === undefined) return 'NOT TRIED';
  if (!result.struck) return 'DID NOT HAPPEN';
  if (result.problems.length > 0) return `WRONG: ${result.problems.join('; ')}`;
  return result.made > needed ? `ok +${result.made - needed}` : 'ok';
}

/** Effects down, faults across. */
function table(story: string, rows: readonly Row[]): string {
  const faults = [...new Set(rows.map(({ fault }) => fault))];
  const effects = [...Map.groupBy(rows, ({ effect }) => effect)];
  const cell = (of: readonly Row[], fault: string) =>
    of.find((each) => each.fault === fault)?.outcome.split(':')[0] ?? '-';
  const lines = [
    [story, ...faults],
    ...effects.map(([effect, of]) => [effect, ...faults.map((fault) => cell(of, fault))]),
  ];
  const widths = [story, ...faults].map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
