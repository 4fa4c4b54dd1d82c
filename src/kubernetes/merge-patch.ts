/** JSON objects, as opposed to lists and plain values. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The merge patch (RFC 7396) after which a field holds `after`, whatever part of `before` it holds now: all of `after`,
 * and `null` for what only `before` has, at any depth. A merge patch of `after` alone would leave the rest standing.
 */
export function replacement(before: unknown, after: object): Record<string, unknown> {
  const old = isMap(before) ? before : {};
  const next = after as Readonly<Record<string, unknown>>;
  const removed = Object.keys(old).filter((field) => next[field] === undefined);
  return {
    ...Object.fromEntries(removed.map((field) => [field, null])),
    ...Object.fromEntries(
      Object.entries(next)
        .filter(([, value]) => value !== undefined)
        .map(([field, value]) => [field, isMap(value) ? replacement(old[field], value) : value]),
    ),
  };
}
