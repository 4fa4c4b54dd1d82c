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
const entry = (id: string, metadata: object = { [METADATA_KEY]: mark }) => ({
  id,
  name: 'n/x',
  creation: 1,
  invalidated: false,
  username: 'elastic',
  realm: 'reserved',
  metadata,
  role_descriptors: {},
  _sort: [1, id],
});

interface Asked {
  readonly size: number;
  readonly search_after?: readonly unknown[];
}

/** Answers pages of these keys; pages above `mostKeys` are more than the adapter reads. */
function cluster(keys: readonly object[], mostKeys = Infinity) {
  const asked: Asked[] = [];
  const send = <T>(call: Call<T>): Promise<T> => {
    const request = call.sent as Asked;
    asked.push(request);
    if (request.size > mostKeys)
      return Promise.reject(failure(call.operation, { kind: 'unsupported', code: 'AnswerTooLarge' }));
    const after = request.search_after?.[1];
    const from =
      after === undefined ? 0 : keys.findIndex((key) => (key as { _sort: unknown[] })._sort[1] === after) + 1;
    return Promise.resolve(call.answer.parse({ api_keys: keys.slice(from, from + request.size) }));
  };
  return { asked, send };
}

const many = (count: number) => Array.from({ length: count }, (_each, index) => entry(`k${index}`));

describe('an inventory', () => {
  test('ends with the first page that is not full', async () => {
    const { asked, send } = cluster(many(2_500));
    const { keys } = await inventory(send, 'i');
    expect(keys).toHaveLength(2_500);
    expect(asked.map((each) => each.search_after?.[1])).toEqual([undefined, 'k999', 'k1999']);
  });

  test('asks for less where a page is too large, and goes on from there', async () => {
    const { asked, send } = cluster(many(250), 100);
    const { keys } = await inventory(send, 'i');
    expect(keys).toHaveLength(250);
    expect(asked.map(({ size }) => size)).toEqual([1_000, 100, 100, 100]);
  });

  test('fails where even the smallest page is too large', async () => {
    const { send } = cluster(many(1), 1);
    await expect(inventory(send, 'i')).rejects.toMatchObject({ code: 'AnswerTooLarge' });
  });

  test('counts keys whose mark it cannot read, and keeps the others', async () => {
    const odd = [
      entry('no-mark', {}),
      entry('text', { [METADATA_KEY]: 'text' }),
      entry('half', { [METADATA_KEY]: { installation: 'i' } }),
      { ...entry('no-time'), creation: 'yesterday' },
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
    const { keys } = await inventory(cluster([entry('a', metadata)]).send, 'i');
    expect(keys).toHaveLength(1);
  });
});
