/**
 * Durations as Elasticsearch writes them: a whole number and a unit. Of its units (`TimeValue` in its sources) those
 * that make sense for a key are taken: `d`, `h`, `m` (minutes), `s`.
 */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** At most six digits: enough for 2,700 years, and no sum with a date leaves what JavaScript's dates can hold. */
const MOST = 999_999;

/** A duration above zero, as a regular expression that JavaScript and RE2 read alike. */
export const POSITIVE_DURATION_PATTERN = '^[1-9][0-9]{0,5}[dhms]$';
/** A duration that may be zero. */
export const DURATION_PATTERN = '^(0|[1-9][0-9]{0,5})[dhms]$';

const DURATION = new RegExp(DURATION_PATTERN);

/** Milliseconds; `undefined` for a text outside the grammar. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const unit = UNITS.find(([name]) => text.endsWith(name));
  return unit === undefined ? undefined : Number(text.slice(0, -1)) * unit[1];
}

/**
 * The shortest text of this grammar for so many milliseconds: `30d`, never `720h`. Parts of a second are dropped, and
 * what six digits cannot say exactly is rounded down to a coarser unit.
 */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1_000)) * 1_000;
  if (whole === 0) return '0s';
  const exact = UNITS.find(([, length]) => whole % length === 0 && whole / length <= MOST);
  const [unit, length] = exact ?? UNITS.findLast(([, size]) => whole / size <= MOST) ?? UNITS[0];
  return `${Math.min(MOST, Math.floor(whole / length))}${unit}`;
}
