type Fields = Readonly<Record<string, unknown>>;

/**
 * The strategic merge patch that makes one object of another, or `undefined` where they are equal. In a list whose items
 * have names only those that are new or differ are named; every other list is replaced as a whole. Throws where
 * something is taken away, which no part of ours does.
 */
export function mergePatch(before: Fields, after: Fields): Fields | undefined {
  const gone = Object.keys(before).filter((key) => !(key in after));
  if (gone.length > 0) throw new Error(`${gone.join(', ')} would be taken away`);
  const changes = Object.entries(after).flatMap(([key, value]) => {
    const change = changeOf(before[key], value);
    return change === undefined ? [] : [[key, change] as const];
  });
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(before: unknown, after: unknown): unknown {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (isFields(before) && isFields(after)) return mergePatch(before, after);
  if (isNamed(before) && isNamed(after)) return changedItems(before, after);
  return after;
}

type Named = Fields & { readonly name: string };

function changedItems(before: readonly Named[], after: readonly Named[]): readonly Fields[] {
  const gone = before.filter(({ name }) => !after.some((item) => item.name === name));
  if (gone.length > 0) throw new Error(`${gone.map(({ name }) => name).join(', ')} would be taken away`);
  return after.flatMap((item) => {
    const former = before.find(({ name }) => name === item.name);
    if (former === undefined) return [item];
    const change = mergePatch(former, item);
    return change === undefined ? [] : [{ name: item.name, ...change }];
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNamed = (value: unknown): value is readonly Named[] =>
  Array.isArray(value) && value.every((item) => isFields(item) && typeof item['name'] === 'string');
