/**
 * JSON with the names of every object in code-unit order and no white space, so that equal data gives equal text.
 * As in `JSON.stringify`, members that are `undefined` are dropped, and in a list they become `null`.
 *
 * @throws {TypeError} for what JSON cannot carry: cycles, big integers.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => (isObject(member) ? sorted(member) : member)) ?? 'null';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(object).toSorted();
  return Object.assign(Object.create(null), Object.fromEntries(names.map((name) => [name, object[name]]))) as Record<
    string,
    unknown
  >;
}
