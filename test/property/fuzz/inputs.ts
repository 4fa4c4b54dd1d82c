import fc from 'fast-check';

/** Pieces that mean something to one of our expressions, or nearly. */
const PIECES = [
  ...['a', 'A', '0', '-', '_', '.', ' ', '\t', '\n', '/', ':', '@', '=', ',', '"', "'", '\\', '*', '?', '<', '>'],
  ...[
    '{{',
    '}}',
    '{{ ',
    ' }}',
    '{{ key }}',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '$&',
    '$1',
    '%s',
    '\u0000',
    '\ud800',
    'ü',
    '𝒳',
  ],
  ...['://', 'https://', 'http://a:b@', 'Basic ', 'ApiKey ', 'Bearer a', '-----BEGIN ', 'PRIVATE KEY-----', '-----END'],
  ...['1d', '05m', '999999s', '2026-01-01T00:00:00Z', 'null', 'true', '__proto__', 'constructor', 'toString'],
] as const;

/** Short texts of such pieces. */
export const pieces: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 12 })
  .map((all) => all.join(''));

/** A few pieces again and again, up to the longest that a schema lets through: what backtracking is slow with. */
export const repeated = (most: number, extra: readonly string[] = []): fc.Arbitrary<string> =>
  fc
    .tuple(pieces, fc.oneof(fc.constantFrom(...PIECES, ...extra), pieces), pieces, fc.integer({ min: 1, max: most }))
    .map(
      ([head, piece, tail, length]) =>
        `${head}${piece.repeat(Math.ceil(length / Math.max(1, piece.length)))}`.slice(0, most) + tail,
    );

/** Any text, mostly of our pieces. */
export const text = (most = 16_384, extra: readonly string[] = []): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: pieces },
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: repeated(most, extra) },
  );

/** So many objects within each other. */
const deep = (depth: number): unknown => {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

/** Anything that JSON can carry, names of JavaScript's own and depths beyond sense among it. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 3, arbitrary: text() },
  { weight: 2, arbitrary: fc.constantFrom(null, true, -0, 1e308, -1, 0.1, 2 ** 53, [], {}, [[]], '') },
  { weight: 1, arbitrary: fc.constantFrom(10, 40, 200, 3_000).map(deep) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}', '{"toString":1}')
      .map((source) => JSON.parse(source) as unknown),
  },
);

/** The value with something else, or nothing, in some of its places. */
export function altered(value: unknown, others: fc.Arbitrary<unknown> = json): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  const change = fc.tuple(fc.constantFrom(...places), fc.option(others, { nil: undefined }));
  return fc.array(change, { minLength: 0, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(value);
    for (const [place, other] of changes) put(copy, place, other);
    return copy;
  });
}

type Place = readonly string[];

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...placesIn(member).map((rest) => [name, ...rest]),
  ]);
}

function put(root: unknown, place: Place, value: unknown): void {
  const parent = place
    .slice(0, -1)
    .reduce<unknown>(
      (level, name) => (typeof level === 'object' && level !== null ? Reflect.get(level, name) : undefined),
      root,
    );
  if (typeof parent !== 'object' || parent === null) return;
  const last = place.at(-1) ?? '';
  if (value === undefined && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
}
