/**
 * JSON with the names of every object in code-unit order and no white space, so that equal data gives equal text.
 * As in `JSON.stringify`, members that are `undefined` are dropped, and in a list they become `null`.
 *
 * @throws {TypeError} for what JSON cannot carry: cycles, big integers.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, inOrder) ?? 'null';
}

/** Only an object whose names are out of order is copied. */
function inOrder(_name: string, member: unknown): unknown {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
  const names = Object.keys(member);
  if (names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)) return member;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const name of names.toSorted()) copy[name] = (member as Readonly<Record<string, unknown>>)[name];
  return copy;
}
