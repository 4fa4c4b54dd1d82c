/**
 * Rows with one choice of each factor, few of them, such that any two choices of different factors meet in a row. The
 * same factors give the same rows.
 */
export function pairwise<T>(factors: readonly (readonly T[])[]): readonly (readonly T[])[] {
  const open = new Set(
    factors.flatMap((choices, one) =>
      choices.flatMap((_, first) =>
        factors
          .slice(one + 1)
          .flatMap((others, index) => others.map((__, second) => pair(one, first, one + 1 + index, second))),
      ),
    ),
  );
  const rows: (readonly T[])[] = [];
  while (open.size > 0) {
    const [first = ''] = open;
    const [one = 0, oneChoice = 0, other = 0, otherChoice = 0] = first.split(' ').map(Number);
    const row = new Map([
      [one, oneChoice],
      [other, otherChoice],
    ]);
    for (const factor of factors.keys()) {
      if (!row.has(factor)) row.set(factor, best(open, row, factor, factors[factor]?.length ?? 0));
    }
    for (const each of pairsOf(row)) open.delete(each);
    rows.push(factors.map((choices, factor) => choices[row.get(factor) ?? 0] as T));
  }
  return rows;
}

type Row = ReadonlyMap<number, number>;

const pair = (one: number, first: number, other: number, second: number): string =>
  one < other ? `${one} ${first} ${other} ${second}` : `${other} ${second} ${one} ${first}`;

const pairsWith = (row: Row, factor: number, choice: number): readonly string[] =>
  [...row].flatMap(([other, second]) => (other === factor ? [] : [pair(factor, choice, other, second)]));

const pairsOf = (row: Row): readonly string[] => [...row].flatMap(([factor, choice]) => pairsWith(row, factor, choice));

/** The choice that brings most pairs which no row has yet. */
function best(open: ReadonlySet<string>, row: Row, factor: number, choices: number): number {
  const gain = (choice: number): number => pairsWith(row, factor, choice).filter((each) => open.has(each)).length;
  return Array.from({ length: choices }, (_, choice) => choice).reduce((left, right) =>
    gain(right) > gain(left) ? right : left,
  );
}
