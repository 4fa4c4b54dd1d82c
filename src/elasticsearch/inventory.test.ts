import { describe, expect, test } from 'vitest';
import { METADATA_KEY } from '../api/names.ts';
import type { Call } from './endpoint.ts';
import { failure } from './failure.ts';
import { inventory } from './inventory.ts';

const mark = {
  installation: 'i',
  namespace: 'n',
  name: 'x',
  uid: 'u',
  attempt: 'a',
  fingerprint: 'f',
  reason: 'FirstIssue',
  generation: '1',
};
const entry = (id: string, creation = 1, metadata: object = { [METADATA_KEY]: mark }) => ({
  id,
  name: 'n/x',
  creation,
  invalidated: false,
  username: 'elastic',
  realm: 'reserved',
  metadata,
  role_descriptors: {},
});
type Entry = ReturnType<typeof entry>;

interface Asked {
  readonly size: number;
  readonly query: {
    readonly bool: { readonly filter: readonly [unknown, { readonly range: { readonly creation: { gte: number } } }] };
  };
}

/** Answers pages of these keys; pages above `mostKeys` are more than the adapter reads. */
function cluster(keys: readonly Entry[], mostKeys = Infinity) {
  const asked: [from: number, size: number][] = [];
  const send = <T>(call: Call<T>): Promise<T> => {
    const { size, query } = call.sent as Asked;
    const from = query.bool.filter[1].range.creation.gte;
    asked.push([from, size]);
    if (size > mostKeys)
      return Promise.reject(failure(call.operation, { kind: 'unsupported', code: 'AnswerTooLarge' }));
    const found = keys
      .filter(({ creation }) => creation >= from)
      .toSorted((one, other) => one.creation - other.creation);
    return Promise.resolve(call.answer.parse({ api_keys: found.slice(0, size) }));
  };
  return { asked, send };
}

/** So many keys, some of them in each millisecond. */
const many = (count: number, perMillisecond = 1) =>
  Array.from({ length: count }, (_each, index) => entry(`k${index}`, 1 + Math.floor(index / perMillisecond)));

describe('an inventory', () => {
  test('ends with the first page that is not full', async () => {
    const { asked, send } = cluster(many(2_500));
    expect((await inventory(send, 'i')).keys).toHaveLength(2_500);
    expect(asked).toEqual([
      [0, 1_000],
      [1_000, 1_000],
      [1_999, 1_000],
    ]);
  });

  test.each([2, 3, 7, 999, 1_000, 1_001])('misses none of %i keys of one millisecond', async (perMillisecond) => {
    const { keys } = await inventory(cluster(many(5_000, perMillisecond)).send, 'i');
    expect(keys).toHaveLength(5_000);
  });

  test('asks for less where a page is too large, and goes on from there', async () => {
    const { asked, send } = cluster(many(250), 100);
    expect((await inventory(send, 'i')).keys).toHaveLength(250);
    expect(asked.map(([, size]) => size)).toEqual([1_000, 100, 100, 100]);
  });

  test.each([
    ['even the smallest page is too large', many(1), 1],
    ['a millisecond has more than can be read', many(500, 500), 100],
  ])('fails where %s', async (_what, keys, mostKeys) => {
    await expect(inventory(cluster(keys, mostKeys).send, 'i')).rejects.toMatchObject({ code: 'AnswerTooLarge' });
  });

  test('counts keys whose mark it cannot read, and keeps the others', async () => {
    const odd = [
      entry('no-mark', 1, {}),
      entry('text', 1, { [METADATA_KEY]: 'text' }),
      entry('half', 1, { [METADATA_KEY]: { installation: 'i' } }),
      { ...entry('no-name'), name: undefined as never },
    ];
    const { keys, skipped } = await inventory(cluster([...odd, entry('good')]).send, 'i');
    expect([keys.map(({ id }) => id), skipped]).toEqual([['good'], odd.length]);
  });

  test('lists a key once', async () => {
    const { keys } = await inventory(cluster([entry('a'), entry('a'), entry('b')]).send, 'i');
    expect(keys.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('survives names that JavaScript has a use for', async () => {
    const metadata = JSON.parse(
      `{"${METADATA_KEY}":${JSON.stringify(mark)},"__proto__":{"a":1},"constructor":{"prototype":1}}`,
    ) as object;
    const { keys } = await inventory(cluster([entry('a', 1, metadata)]).send, 'i');
    expect(keys).toHaveLength(1);
  });
});
