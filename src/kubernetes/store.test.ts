import { fc, test as property } from '@fast-check/vitest';
import { beforeEach, describe, expect, test } from 'vitest';
import { newer, Store } from './store.ts';

const version = (key: string, uid: string, resourceVersion: number) => ({
  identity: { key, uid, resourceVersion: String(resourceVersion) },
  value: `${key} ${uid} ${resourceVersion}`,
});

describe('a store', () => {
  let store: Store<string>;
  let told: string[];

  beforeEach(() => {
    store = new Store();
    told = [];
    store.subscribe(({ before, after }) => told.push(`${before ?? '-'} > ${after ?? '-'}`));
  });

  const list = (at: number, ...versions: ReturnType<typeof version>[]): void => store.replace(versions, String(at));
  const apply = ({ identity, value }: ReturnType<typeof version>): void => store.apply(identity, value);
  const put = ({ identity, value }: ReturnType<typeof version>): void => store.put(identity, value);

  test('tells the difference between two lists', () => {
    list(10, version('a', '1', 1), version('b', '2', 2), version('c', '3', 3));
    told.length = 0;
    list(20, version('a', '1', 1), version('b', '2', 12), version('d', '4', 14));
    expect(told).toEqual(['c 3 3 > -', 'b 2 2 > b 2 12', '- > d 4 14']);
    expect([...store.values()]).toEqual(['a 1 1', 'b 2 12', 'd 4 14']);
  });

  test('is complete before it tells anything of a list', () => {
    list(10, version('a', '1', 1));
    const seen: string[][] = [];
    store.subscribe(() => seen.push([...store.values()]));
    list(20, version('b', '2', 12), version('c', '3', 13));
    expect(seen).toEqual(Array.from({ length: 3 }, () => ['b 2 12', 'c 3 13']));
  });

  test('tells another uid under the same name as a removal and an addition', () => {
    list(10, version('a', '1', 1));
    told.length = 0;
    list(20, version('a', '2', 15));
    apply(version('a', '3', 25));
    expect(told).toEqual(['a 1 1 > -', '- > a 2 15', 'a 2 15 > -', '- > a 3 25']);
  });

  test('shows our own write before the watch brings it, and tells it once', () => {
    list(10, version('a', '1', 1));
    told.length = 0;
    put(version('a', '1', 12));
    apply(version('a', '1', 12));
    expect(told).toEqual(['a 1 1 > a 1 12']);
  });

  test('does not let an older event or list bring an older version back', () => {
    list(10, version('a', '1', 1));
    put(version('a', '1', 15));
    put(version('b', '2', 16));
    apply(version('a', '1', 12));
    list(14, version('a', '1', 12));
    expect([...store.values()]).toEqual(['a 1 15', 'b 2 16']);
  });

  test('does not let a late answer bring back what the watch has seen end', () => {
    list(10, version('a', '1', 1));
    store.delete(version('a', '1', 20).identity);
    put(version('a', '1', 15));
    expect(store.get('a')).toBeUndefined();
  });

  test('does not take an answer for news when a bookmark has passed it', () => {
    list(10);
    store.seen('30');
    put(version('a', '1', 15));
    expect(store.get('a')).toBeUndefined();
  });

  test('forgets at once what we removed, and events of its earlier life do not bring it back', () => {
    list(10, version('a', '1', 1));
    store.drop({ key: 'a', uid: '1' });
    apply(version('a', '1', 12));
    list(13, version('a', '1', 12));
    expect(store.get('a')).toBeUndefined();
    store.delete(version('a', '1', 14).identity);
    apply(version('a', '2', 20));
    expect(store.get('a')).toBe('a 2 20');
  });

  test('keeps what we have made anew when the end of its predecessor arrives', () => {
    list(10, version('a', '1', 1));
    store.drop({ key: 'a', uid: '1' });
    put(version('a', '2', 15));
    store.delete(version('a', '1', 14).identity);
    expect(store.get('a')).toBe('a 2 15');
  });

  test('does not drop another object of that name', () => {
    list(10, version('a', '1', 1));
    store.drop({ key: 'a', uid: '0' });
    expect(store.get('a')).toBe('a 1 1');
  });

  test('follows a server whose versions were set back', () => {
    list(1_000, version('a', '1', 900), version('b', '2', 950));
    list(50, version('a', '1', 40));
    expect([...store.values()]).toEqual(['a 1 40']);
    apply(version('a', '1', 60));
    expect(store.get('a')).toBe('a 1 60');
  });

  test('leaves versions that are no numbers to the watch', () => {
    store.replace([], 'x1');
    store.put({ key: 'a', uid: '1', resourceVersion: 'x2' }, 'put');
    expect(store.get('a')).toBeUndefined();
    store.apply({ key: 'a', uid: '1', resourceVersion: 'x2' }, 'applied');
    expect(store.get('a')).toBe('applied');
  });
});

const operations = fc.array(fc.constantFrom('write', 'remove', 'foreign write', 'foreign removal'), { maxLength: 15 });
/** Who speaks next: the watch, or the answer to a write of ours. Each is in order in itself: writes wait for answers. */
const deliveries = fc.infiniteStream(fc.constantFrom('watch', 'answer'));

property.prop([operations, deliveries])(
  'in whatever order answers and events meet, a store never goes back and ends up like the server',
  (history, order) => {
    const store = new Store<string>();
    store.replace([], '1');
    const events: (() => void)[] = [];
    const answers: (() => void)[] = [];
    let uid = 0;
    let there: { readonly version: number; readonly value: string } | undefined;
    history.forEach((operation, index) => {
      const resourceVersion = index + 2;
      if (operation.endsWith('write')) {
        uid += there === undefined ? 1 : 0;
        const { identity, value } = version('a', String(uid), resourceVersion);
        events.push(() => store.apply(identity, value));
        if (operation === 'write') answers.push(() => store.put(identity, value));
        there = { version: resourceVersion, value };
      } else if (there !== undefined) {
        const { identity } = version('a', String(uid), resourceVersion);
        events.push(() => store.delete(identity));
        if (operation === 'remove') answers.push(() => store.drop(identity));
        there = undefined;
      }
    });
    let shown = 0;
    store.subscribe(({ after }) => {
      const now = Number(after?.split(' ')[2] ?? shown);
      expect(now).toBeGreaterThanOrEqual(shown);
      shown = now;
    });
    while (events.length + answers.length > 0) {
      const next =
        order.next().value === 'watch' ? (events.shift() ?? answers.shift()) : (answers.shift() ?? events.shift());
      next?.();
    }
    expect(store.get('a')).toBe(there?.value);
  },
);

test.each([
  ['10', '9', true],
  ['9', '10', false],
  ['7', '7', false],
  ['99999999999999999999', '99999999999999999998', true],
  ['010', '9', false],
  ['', '1', false],
  ['1', '', false],
])('whether version %j is newer than %j: %j', (one, other, expected) => {
  expect(newer(one, other)).toBe(expected);
});
