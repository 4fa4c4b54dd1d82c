import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import type { State } from './states.ts';

/** What differs from run to run, and what stands in its place in a file. */
const TIMES: Readonly<Record<string, string>> = {
  expirationTime: '2026-12-22T06:21:48Z',
  renewalTime: '2026-12-11T01:53:16Z',
};
const TIME = '2026-11-22T06:21:48Z';
/** How many keys a connection has depends on what else goes on. */
const KEYS = { live: 3, retiring: 0, orphaned: 0 };
const UID = '3f0c9a52-6f6b-4b6e-9a3e-0d1f6a7c2b11';

/** What a run calls things, and what its files shall. */
export type Names = Readonly<Record<string, string>>;

/**
 * An object as a file of test data: all of it, with names, ids and times that are the same in every run. Keys are sorted,
 * and times quoted, as kubectl prints them.
 */
export async function fixture(object: State['object'], names: Names, file: string): Promise<string> {
  const sorted = stringify(steady(object, ''), {
    version: '1.1',
    lineWidth: 0,
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  });
  const renamed = Object.entries(names).reduce((text, [from, to]) => text.replaceAll(from, to), sorted);
  return format(renamed, { ...(await resolveConfig(file)), filepath: file });
}

/** Takes out what is never twice the same. */
function steady(value: unknown, field: string): unknown {
  if (typeof value === 'string') return steadyText(value, field);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value.map((item) => steady(item, field));
    return field === 'managedFields' ? items.toSorted(byText) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (field === 'keys') return KEYS;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, steady(item, name)]));
}

function steadyText(text: string, field: string): string {
  if (field === 'resourceVersion') return '4711';
  if (field === 'uid') return UID;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return TIMES[field] ?? TIME;
  return text.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://elasticsearch.example:9200');
}

/** Managers that write within one second have no order. */
const byText = (left: unknown, right: unknown): number => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
