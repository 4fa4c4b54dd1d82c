/**
 * Index name patterns as sets of names: `*` stands for any text, `?` for one character. Whatever else may stand in a
 * role's names (regular expressions between slashes, escapes, exclusions, date math, selectors) is not understood here.
 */

/** False for a name that means something else than the text and wildcards in it. */
export const isPlain = (pattern: string): boolean => !/[\\<>:\ud800-\udfff]|^[/-]/.test(pattern);

/**
 * How much comparing may still cost, in steps of a microsecond or less; counted down. Patterns can be written for which
 * a comparison takes for ever, and whoever asks for a key writes patterns.
 */
export interface Effort {
  left: number;
}

/**
 * The names that any of some patterns matches, as an automaton: a bit is a place in a pattern, before a character of it
 * or at its end, and a set of bits the places where reading a name may have led.
 */
export interface PatternSet {
  readonly start: bigint;
  /** At a `*`. */
  readonly stars: bigint;
  /** From where each letter leads on by one place. */
  readonly onward: ReadonlyMap<string, bigint>;
  /** From where any other letter does. */
  readonly onwardByAny: bigint;
  readonly ends: bigint;
  /** From where every text leads to an end. */
  readonly rests: bigint;
  /** What a step costs. */
  readonly cost: number;
}

/** All names that one of these plain patterns matches. */
export function patternSet(patterns: readonly string[]): PatternSet {
  const bits = { start: 0n, stars: 0n, any: 0n, ends: 0n, rests: 0n };
  const letters = new Map<string, bigint>();
  let place = 1n;
  for (const pattern of patterns.map(withoutDoubles)) {
    bits.start |= place;
    for (const [at, character] of pattern.split('').entries()) {
      if (character === '*') bits.stars |= place;
      else if (character === '?') bits.any |= place;
      else letters.set(character, (letters.get(character) ?? 0n) | place);
      if (character === '*' && at === pattern.length - 1) bits.rests |= place;
      place <<= 1n;
    }
    bits.ends |= place;
    place <<= 1n;
  }
  const { start, stars, any, ends, rests } = bits;
  const onward = new Map([...letters].map(([letter, from]) => [letter, from | any]));
  const cost = 1 + Math.floor(patterns.join('').length / 1_000);
  return { ...{ stars, onward, ends, rests, cost }, onwardByAny: any, start: spread(start, stars) };
}

/**
 * True where every name that the plain `pattern` matches is in the set. False, too, where `effort` is used up before that
 * is known, which loses no safety.
 */
export function isInside(pattern: string, limits: PatternSet, effort: Effort): boolean {
  const asked = withoutDoubles(pattern);
  const seen = Array.from({ length: asked.length + 1 }, () => new Set<bigint>());
  const todo: Walk[] = [];
  /** False where a name leads there that no limit matches. */
  const visit = (at: number, places: bigint): boolean => {
    // Every text can be led to the end of the pattern, and from no place to the end of a limit.
    if (places === 0n || effort.left <= 0) return false;
    if ((places & limits.rests) !== 0n || seen[at]?.has(places) === true) return true;
    seen[at]?.add(places);
    todo.push({ at, places });
    return true;
  };
  if (!visit(0, limits.start)) return false;
  for (let walk = todo.pop(); walk !== undefined; walk = todo.pop()) {
    const { at, places } = walk;
    const character = asked[at];
    if (character === undefined) {
      if ((places & limits.ends) === 0n) return false;
      continue;
    }
    if (character === '*' && !visit(at + 1, places)) return false;
    const next = character === '*' ? at : at + 1;
    for (const onward of waysOn(character, limits)) {
      effort.left -= limits.cost;
      if (!visit(next, step(places, onward, limits.stars))) return false;
    }
  }
  return true;
}

interface Walk {
  /** In the pattern that is asked for. */
  readonly at: number;
  /** In the limits. */
  readonly places: bigint;
}

/** What one character may be, as the places from which it leads on; all that no limit names are alike. */
function waysOn(character: string, { onward, onwardByAny }: PatternSet): Iterable<bigint> {
  if (character === '*' || character === '?') return [...onward.values(), onwardByAny];
  return [onward.get(character) ?? onwardByAny];
}

const step = (places: bigint, onward: bigint, stars: bigint): bigint =>
  spread(((places & onward) << 1n) | (places & stars), stars);

/** With the places that no character leads to, since a `*` may stand for nothing. */
const spread = (places: bigint, stars: bigint): bigint => places | ((places & stars) << 1n);

const withoutDoubles = (pattern: string): string => pattern.replaceAll(/\*+/g, '*');
