/** Answers of a real server with something in them that should not be there. */

/** Where in a JSON value something stands. */
export type Place = readonly (string | number)[];

/** What a field holds that should hold something else; left out: the field is not there. */
export interface Oddity {
  readonly name: string;
  readonly value?: unknown;
}

/** So many lists within each other. */
export const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const ODDITIES: readonly Oddity[] = [
  { name: 'missing' },
  { name: 'null', value: null },
  { name: 'a huge number', value: 1e308 },
  { name: 'a text', value: 'odd \u0000 \ud800 text' },
  { name: 'true', value: true },
  { name: 'a list', value: [[], {}, null, 'x'] },
  { name: 'an object', value: JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":null}}') },
  { name: 'something deep', value: JSON.parse(nested(100)) },
];

/** Every place in a value down to a depth; of a list only the first member counts. */
export function placesIn(value: unknown, depth = 6): readonly Place[] {
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value)
    ? [[0, value[0]] as const].filter(() => value.length > 0)
    : Object.entries(value);
  return members.flatMap(([name, member]) => [[name], ...placesIn(member, depth - 1).map((rest) => [name, ...rest])]);
}

/** A copy of the value with the oddity at a place. */
export function withOddity(value: unknown, place: Place, oddity: Oddity): unknown {
  const copy = structuredClone(value);
  const last = place.at(-1) ?? '';
  const parent = place
    .slice(0, -1)
    .reduce<unknown>((level, name) => Reflect.get(level as object, name), copy) as object;
  if ('value' in oddity) Reflect.set(parent, last, oddity.value);
  else Reflect.deleteProperty(parent, last);
  return copy;
}

/** Where two values have a field in common, and it is of another type. */
export function typeClashes(one: unknown, other: unknown, at = ''): readonly string[] {
  if (Array.isArray(one) && Array.isArray(other))
    return one.flatMap((each) => (each === undefined ? [] : typeClashes(each, other[0] ?? each, `${at}[]`)));
  const [first, second] = [one, other].map((value) => (value === null ? 'null' : typeof value));
  if (first !== second || Array.isArray(one) !== Array.isArray(other)) return [at];
  if (typeof one !== 'object' || one === null) return [];
  return Object.entries(one).flatMap(([name, member]) =>
    other instanceof Object && Object.hasOwn(other, name)
      ? typeClashes(member, Reflect.get(other, name), `${at}.${name}`)
      : [],
  );
}
