import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { METADATA_KEY } from '../../src/api/names.ts';
import { Failure } from '../../src/core/failure.ts';
import { contact } from '../../src/elasticsearch/contact.ts';
import { Endpoint, type Call } from '../../src/elasticsearch/endpoint.ts';
import { inventory } from '../../src/elasticsearch/inventory.ts';
import { createKey, getKey, invalidateKeys, updateKey } from '../../src/elasticsearch/key-requests.ts';
import { keyRecord } from '../../src/elasticsearch/records.ts';
import { tryPrivileges } from '../../src/elasticsearch/trial.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { elasticsearch } from '../testbed/current.ts';
import { aKeyRequest, calm, open, targetOf } from './elasticsearch-fixture.ts';
import { startFaultProxy, type Asked, type Fault } from './fault-proxy.ts';
import { nested, ODDITIES, placesIn, typeClashes, withOddity } from './odd-answers.ts';

/** What the adapter makes of answers that no Elasticsearch would give: a failure of its own, in time and in bounds. */

const node = elasticsearch();
const proxy = await startFaultProxy(node);
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await node.close();
});
afterEach(() => {
  proxy.fault = () => undefined;
});

const { ca: _ca, ...target } = targetOf(node);

/** Straight to the proxy, without a breaker that would spare it. */
function reach(requestTimeoutMs = 10_000): Endpoint {
  const endpoint = new Endpoint(proxy.url, {
    target,
    meter: { requested: () => undefined },
    clock: systemClock,
    requestTimeoutMs,
  });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => error);
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const outcome = await outcomeOf(work);
  if (!(outcome instanceof Failure)) throw new TypeError('expected a Failure', { cause: outcome });
  return outcome;
}

const request = aKeyRequest();
const { installation } = request.mark;
const direct = open(targetOf(node));
const created = await direct.keys.create(request, calm);
await vi.waitFor(async () => expect(await direct.keys.get(created.id, calm)).toBeDefined(), { timeout: 20_000 });
await direct[Symbol.asyncDispose]();

/** Everything that is asked of Elasticsearch. */
const OPERATIONS: Readonly<Record<string, (endpoint: Endpoint) => Promise<unknown>>> = {
  contact: (endpoint) => contact([endpoint], calm),
  'create a key': (endpoint) => endpoint.send(createKey(aKeyRequest({ mark: request.mark })), calm),
  'update a key': (endpoint) => endpoint.send(updateKey(created.id, request), calm),
  'get a key': async (endpoint) => (await endpoint.send(getKey(created.id), calm)).api_keys.map(keyRecord),
  'list keys': (endpoint) => inventory((call) => endpoint.send(call, calm), installation),
  'try privileges': (endpoint) => tryPrivileges((call) => endpoint.send(call, calm), { r: { cluster: ['monitor'] } }),
  'invalidate keys': (endpoint) => endpoint.send(invalidateKeys(['unknown'], false), calm),
};

const kindOf = ({ method, url }: Pick<Asked, 'method' | 'url'>): string => `${method} ${url.pathname}`;

describe.each(Object.entries(OPERATIONS))('to %s', (_name, operate) => {
  test('gives what was asked for or a failure, whatever stands in a field of the answer', async () => {
    const endpoint = reach();
    const answers = new Map<string, unknown>();
    proxy.fault = (asked) => ({
      rewrite: (body) => {
        answers.set(kindOf(asked), JSON.parse(body));
        return body;
      },
    });
    const honest = await operate(endpoint);
    const wrong: string[] = [];
    let tried = 0;
    for (const [kind, answer] of answers) {
      for (const [index, place] of placesIn(answer).entries()) {
        // Neighbours get different ones, so that each comes often.
        for (const oddity of [0, 3].flatMap((step) => ODDITIES[(index + step) % ODDITIES.length] ?? [])) {
          proxy.fault = (asked) =>
            kindOf(asked) === kind ? { rewrite: () => JSON.stringify(withOddity(answer, place, oddity)) } : undefined;
          const outcome = await outcomeOf(operate(endpoint));
          tried += 1;
          const isFine =
            outcome instanceof Failure || (!(outcome instanceof Error) && typeClashes(outcome, honest).length === 0);
          if (!isFine) wrong.push(`${kind}: ${oddity.name} at ${place.join('.')}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(0);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

function* flood(bytes: number, head = '"'): Generator<string> {
  yield head;
  for (let sent = 0; sent < bytes; sent += 65_536) yield 'x'.repeat(65_536);
}
async function* drip(): AsyncGenerator<string> {
  for (;;) {
    yield ' ';
    await systemClock.sleep(5);
  }
}
const PRODUCT = { 'x-elastic-product': 'Elasticsearch' };
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
const MIB = 1024 * 1024;
const answer = (text: string | Uint8Array, headers = {}, status = 200): Fault => ({
  status,
  chunks: [text],
  headers: { ...PRODUCT, ...headers },
});

describe('an answer', () => {
  test.each<[string, Fault, string]>([
    ['that is too long', { status: 200, chunks: flood(2 * MIB), headers: PRODUCT }, 'AnswerTooLarge'],
    [
      'that says beforehand that it is too long',
      { status: 200, chunks: flood(2 * MIB), headers: { ...PRODUCT, 'content-length': String(2 * MIB + 1) } },
      'AnswerTooLarge',
    ],
    ['that is an error and too long', { status: 400, chunks: flood(2 * MIB), headers: PRODUCT }, 'AnswerTooLarge'],
    [
      'that is too long for what the client takes for bytes',
      {
        status: 200,
        chunks: flood(2 * MIB),
        headers: { ...PRODUCT, 'content-type': 'application/vnd.mapbox-vector-tile' },
      },
      'AnswerTooLarge',
    ],
    ['that is small and unpacks to 64 MiB', answer(BOMB, { 'content-encoding': 'gzip' }), 'COMPRESSED_ANSWER'],
    ['that is an error and unpacks', answer(BOMB, { 'content-encoding': 'deflate' }, 500), 'COMPRESSED_ANSWER'],
    ['that says it is packed in a way nobody knows', answer('{}', { 'content-encoding': 'br' }), 'COMPRESSED_ANSWER'],
    ['that is nested too deep', answer(`{"id":${nested(500)}}`), 'AnswerTooLarge'],
    ['that is nested without an end', answer('['.repeat(500_000)), 'AnswerTooLarge'],
    ['that is an error and nested too deep', answer(`{"error":${nested(500)}}`, {}, 400), 'AnswerTooLarge'],
    ['with bytes that are no text', answer(Buffer.from('7b226964223a22ff22fe7d', 'hex')), 'UnreadableAnswer'],
    ['with an id of bytes that are no text', answer(Buffer.from('7b226964223a22ff227d', 'hex')), 'UnreadableAnswer'],
    [
      'of plain text',
      answer('{"id":"abc","api_key":"KnR6yE41RrSowb0kQ0HWoA"}', { 'content-type': 'text/plain' }),
      'UnreadableAnswer',
    ],
    [
      'that gives a field twice, the second time wrong',
      answer('{"id":"abc","api_key":"KnR6yE41RrSowb0kQ0HWoA","id":1}'),
      'UnreadableAnswer',
    ],
    [
      'with names that JavaScript has a use for',
      answer('{"__proto__":{"id":"abc","api_key":"KnR6yE41RrSowb0kQ0HWoA"}}'),
      'UnreadableAnswer',
    ],
    ['that has no body', answer(''), 'UnreadableAnswer'],
    ['whose id is a path', answer('{"id":"../_nodes","api_key":"KnR6yE41RrSowb0kQ0HWoA"}'), 'UnreadableAnswer'],
    ['whose key could end a header', answer('{"id":"abc","api_key":"abc\\r\\nHost: elsewhere"}'), 'UnreadableAnswer'],
  ])('%s is a failure, and what it asked for may have been done', async (_what, fault, code) => {
    proxy.fault = () => fault;
    const failure = await failureOf(reach().send(createKey(request), calm));
    expect([failure.code, failure.outcomeUnknown]).toEqual([code, true]);
  });

  test('that drips without an end is given up in time', async () => {
    proxy.fault = () => ({ status: 200, chunks: drip(), headers: PRODUCT });
    expect((await failureOf(reach(200).send(createKey(request), calm))).code).toBe('Timeout');
  });

  test('with headers without an end is given up', async () => {
    proxy.fault = () => answer('{}', { 'x-long': 'x'.repeat(MIB) });
    expect((await failureOf(reach().send(createKey(request), calm))).kind).toBe('unavailable');
  });

  test.each([301, 302, 303, 307, 308])('that redirects with %i is not followed', async (status) => {
    const elsewhere = await startFaultProxy(node);
    onTestFinished(() => elsewhere[Symbol.asyncDispose]());
    proxy.fault = () => answer('', { location: `${elsewhere.url}/_security/api_key` }, status);
    expect((await failureOf(reach().send(createKey(request), calm))).code).toBe('Redirect');
    expect(elsewhere.seen).toEqual([]);
  });

  test('that asks for a pause of years is kept waiting for minutes', async () => {
    for (const wish of ['999999', 'Fri, 01 Jan 2100 00:00:00 GMT']) {
      proxy.fault = () => answer('', { 'retry-after': wish }, 429);
      expect((await failureOf(reach().send(createKey(request), calm))).retryAfterMs).toBe(5 * 60_000);
    }
  });
});

describe('a list of keys', () => {
  const entry = (id: string, creation: number, of = installation) => ({
    ...{ id, creation, name: 'n/x', invalidated: false, username: 'u', realm: 'r', role_descriptors: {} },
    metadata: { [METADATA_KEY]: { ...request.mark, installation: of } },
  });
  /** Answers each page by what it asks for and how many were asked for before. */
  function paging(page: (size: number, number: number) => readonly object[]): Promise<unknown> {
    let number = 0;
    proxy.fault = ({ body }) => {
      const { size } = JSON.parse(body) as { size: number };
      return answer(JSON.stringify({ api_keys: page(size, number++) }));
    };
    const endpoint = reach();
    return inventory(<T>(call: Call<T>) => endpoint.send(call, calm), installation);
  }
  const of = <T>(size: number, each: (index: number) => T): readonly T[] =>
    Array.from({ length: size }, (_, i) => each(i));

  test('that goes on for ever ends', async () => {
    const endless = paging((size, page) => of(size, (i) => ({ id: `k${page}-${i}`, creation: page * size + i + 1 })));
    expect((await failureOf(endless)).code).toBe('TooManyKeys');
  });

  test('that repeats itself ends', async () => {
    const again = paging((size, page) => of(size, (i) => ({ id: `k${i}`, creation: page + 1 })));
    expect((await failureOf(again)).code).toBe('UnreadableAnswer');
  });

  test('that runs backwards ends', async () => {
    const backwards = paging((size, page) => of(size, (i) => ({ id: `k${page}-${i}`, creation: 1_000 - page })));
    expect((await failureOf(backwards)).code).toBe('UnreadableAnswer');
  });

  test('of more values than are read is asked for in smaller parts, and given up', async () => {
    const flat = paging(() => of(600_000, () => ({})));
    expect((await failureOf(flat)).code).toBe('AnswerTooLarge');
  });

  test('with keys of others, and with what is no key, gives the own ones', async () => {
    const odd = [{}, { id: 1 }, { id: 'no-mark', creation: 'x' }, entry('foreign', 1, 'another'), entry('own', 2)];
    expect(await paging(() => odd)).toMatchObject({ keys: [{ id: 'own' }], skipped: 4 });
  });

  test('that was asked for by id and gives another one says nothing', async () => {
    proxy.fault = () => answer(JSON.stringify({ api_keys: [entry('another', 1)] }));
    await using store = open({ ...target, urls: [proxy.url] });
    expect((await failureOf(store.keys.get(created.id, calm))).code).toBe('UnreadableAnswer');
  });

  test('that was invalidated names none that was not asked for', async () => {
    proxy.fault = () => answer(JSON.stringify({ invalidated_api_keys: ['another', 'asked'] }));
    await using store = open({ ...target, urls: [proxy.url] });
    expect(await store.keys.invalidate(['asked'], calm)).toEqual(['asked']);
  });
});
