/**
 * Index name patterns as sets of names: `*` stands for any text, `?` for one character. Whatever else may stand in a
 * role's names (regular expressions between slashes, escapes, exclusions, date math, selectors) is not understood here.
 */

/** False for a name that means something else than the text and wildcards in it. */
export const isPlain = (pattern: string): boolean => !/[\\<>:\ud800-\udfff]|^[/-]/.test(pattern);

/** Steps after which a comparison is given up: it is then taken for "not inside", which loses no safety. */
const MOST_STEPS = 20_000;

/** Stands for every character that is in none of the patterns. */
const OTHER = '';

/**
 * True where every name that `pattern` matches is matched by one of `limits`; all are plain. Two automata are walked in
 * step: where the pattern stands, and where each limit may stand by then.
 */
export function isInside(pattern: string, limits: readonly string[]): boolean {
  if (limits.includes(pattern) || limits.includes('*')) return true;
  const letters = lettersOf([pattern, ...limits]);
  const start: Walk = { at: 0, limits: limits.map((limit) => spread(limit, [0])) };
  const seen = new Set([keyOf(start)]);
  const todo = [start];
  for (let walk = todo.pop(); walk !== undefined; walk = todo.pop()) {
    if (
      isEnd(pattern, walk.at) &&
      !limits.some((limit, index) => walk.limits[index]?.includes(limit.length) === true)
    ) {
      return false;
    }
    for (const next of stepsFrom(walk, pattern, limits, letters)) {
      const key = keyOf(next);
      if (seen.has(key)) continue;
      if (seen.size >= MOST_STEPS) return false;
      seen.add(key);
      todo.push(next);
    }
  }
  return true;
}

interface Walk {
  readonly at: number;
  readonly limits: readonly (readonly number[])[];
}

const keyOf = ({ at, limits }: Walk): string => `${at}|${limits.map((positions) => positions.join(',')).join('|')}`;

/** A limit that nothing leads on from any more stays behind: what only it would match is then found missing. */
function stepsFrom(
  { at, limits: positions }: Walk,
  pattern: string,
  limits: readonly string[],
  letters: readonly string[],
) {
  return letters.flatMap((letter): readonly Walk[] => {
    const after = spread(pattern, [at]).flatMap((from) => moved(pattern, from, letter));
    const moves = limits.map((limit, index) =>
      spread(limit, [...new Set((positions[index] ?? []).flatMap((from) => moved(limit, from, letter)))]),
    );
    return [...new Set(after)].map((to) => ({ at: to, limits: moves }));
  });
}

/** Where one character leads from a position. */
function moved(pattern: string, at: number, letter: string): readonly number[] {
  const part = pattern[at];
  if (part === '*') return [at];
  return part === '?' || (part !== undefined && part === letter) ? [at + 1] : [];
}

/** The positions, and those that no character leads to from them, since a `*` may stand for nothing. In order. */
function spread(pattern: string, positions: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (const position of positions) {
    let at = position;
    all.add(at);
    while (pattern[at] === '*') all.add(++at);
  }
  return [...all].toSorted((one, other) => one - other);
}

const isEnd = (pattern: string, at: number): boolean => spread(pattern, [at]).includes(pattern.length);

function lettersOf(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns.join('').replaceAll(/[*?]/g, '')), OTHER];
}
