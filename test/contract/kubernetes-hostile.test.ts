import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { CONFIG_MAPS, PODS } from '../../src/kubernetes/resource.ts';
import { Store } from '../../src/kubernetes/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { type Fault, type FaultProxy, type Seen, startFaultProxy } from './fault-proxy.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';
import { nested, ODDITIES, placesIn, withOddity } from './odd-answers.ts';

/** What the adapter makes of answers that no API server would give, and of single objects that no schema lets through. */

const OURS = { fieldManager: 'beatkeys' };
const isWatch = ({ url }: Seen): boolean => url.searchParams.has('watch');
const MIB = 1 << 20;

interface List {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

describe('behind something hostile', () => {
  let proxy: FaultProxy;
  let access: Access;
  let direct: Access;
  let namespace: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    proxy = await startFaultProxy(controlPlane());
    access = openAccess({ url: proxy.url });
    direct = openAccess();
    ({ name: namespace, remove } = await createNamespace('hostile'));
    for (const name of ['odd', 'well']) await create(name);
  });
  afterEach(() => {
    proxy.fault = () => undefined;
    proxy.lineFault = () => undefined;
    for (const told of [access.failures, access.odd, access.relists]) told.length = 0;
  });
  afterAll(async () => {
    await remove();
    for (const opened of [access, direct, proxy]) await opened[Symbol.asyncDispose]();
  });

  const path = () => ({ resource: CONFIG_MAPS, namespace });
  const create = (name: string) =>
    direct.client.create(
      path(),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          labels: { test: 'hostile' },
          annotations: { note: 'x' },
          finalizers: ['test.beatkeys.dev/keep'],
        },
      },
      OURS,
    );
  const change = (name: string, word: string) =>
    direct.client.mergePatch({ ...path(), name }, { metadata: { labels: { word } } }, OURS);

  async function failureOf(work: Promise<unknown>): Promise<Failure> {
    const outcome = await work.catch((error: unknown) => error);
    if (!(outcome instanceof Failure)) throw new TypeError('expected a Failure', { cause: outcome });
    return outcome;
  }
  async function listed(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { items } of access.client.pages(path(), { labelSelector: 'test=hostile' }))
      names.push(...items.map(({ metadata }) => metadata.name));
    return names;
  }

  test('a list gives the others, whatever stands in a field of one object', async () => {
    let answer: List | undefined;
    proxy.fault = () => ({ rewrite: (body) => ((answer = JSON.parse(body) as List), body) });
    expect(await listed()).toEqual(['odd', 'well']);
    const [first, ...others] = answer?.items ?? [];
    const wrong: string[] = [];
    let passedOver = 0;
    for (const place of [...placesIn(first), []]) {
      for (const oddity of ODDITIES) {
        const odd = place.length === 0 ? oddity.value : withOddity(first, place, oddity);
        proxy.fault = () => ({ rewrite: () => JSON.stringify({ ...answer, items: [odd, ...others] }) });
        const names = await listed().catch((error: unknown) => [String(error)]);
        if (names.at(-1) !== 'well') wrong.push(`${oddity.name} at ${place.join('.')}: ${names.join(' ')}`);
        if (names.length === 1) passedOver += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(passedOver).toBeGreaterThan(50);
  });

  describe('a watch', () => {
    let store: Store<string>;
    let stop: AbortController;
    let running: Promise<void>;

    /** Follows the two objects: each reads as `name=word`. */
    async function follow(upstream = access.upstream): Promise<void> {
      store = new Store();
      stop = new AbortController();
      const read = ({ metadata: { name, labels } }: KubernetesObject): string => {
        if (labels?.['word'] === 'unreadable') throw new TypeError('no such form');
        return `${name}=${labels?.['word'] ?? ''}`;
      };
      const reflector = new Reflector(upstream, {
        path: path(),
        labelSelector: 'test=hostile',
        store,
        transform: read,
      });
      running = reflector.run(stop.signal);
      await reflector.synced;
      await eventually(() => proxy.watches).toBe(1);
      onTestFinished(async () => {
        stop.abort();
        await running;
      });
    }
    const content = (): string => [...store.values()].toSorted().join(' ');

    test.each([
      ['without an object', '{"type":"MODIFIED"}', 'an object without a name'],
      [
        'with an object without a uid',
        '{"type":"ADDED","object":{"metadata":{"name":"odd","namespace":"n","resourceVersion":"1"}}}',
        'n/odd',
      ],
      [
        'with a name that is no name',
        '{"type":"DELETED","object":{"metadata":{"name":"a b\\n","uid":"u"}}}',
        'an object without a name',
      ],
      [
        'with labels that are a list',
        '{"type":"MODIFIED","object":{"metadata":{"name":"odd","uid":"u","resourceVersion":"1","labels":["x"]}}}',
        'odd',
      ],
    ])('passes over an event %s, says so, and goes on', async (_what, line, told) => {
      await change('well', 'before');
      await follow();
      proxy.inject(`${line}\n`);
      await change('well', 'after');
      await eventually(content).toContain('well=after');
      expect(content()).toContain('odd=');
      expect(access.odd).toEqual([`ConfigMap ${told}`]);
      expect(access.failures).toEqual([]);
    });

    test('passes over an object that its kind cannot read, in a list and in an event', async () => {
      await change('odd', 'unreadable');
      await follow();
      await change('well', '1');
      await eventually(content).toBe('well=1');
      await change('odd', 'unreadable');
      await change('odd', 'readable');
      await eventually(content).toBe('odd=readable well=1');
      expect(new Set(access.odd)).toEqual(new Set([`ConfigMap ${namespace}/odd`]));
    });

    test('gets past a line that is no event by listing again', async () => {
      await follow();
      proxy.lineFault = (_request, line) => (line.includes('"garbled"') ? { instead: '{"type":"MODI' } : undefined);
      await change('odd', 'garbled');
      await change('well', 'beyond');
      await eventually(content).toBe('odd=garbled well=beyond');
      expect(access.failures.map(({ code }) => code)).toContain('NotKubernetes');
      expect(access.relists).toEqual(['ConfigMap']);
    });

    test.each([
      ['a line without an end', () => 'x'.repeat(33 * MIB), 'AnswerTooLarge'],
      ['an event that is nested too deep', () => `{"type":"MODIFIED","object":${nested(20_000)}}\n`, 'AnswerTooLarge'],
      [
        'an error that is nested',
        () => `{"type":"ERROR","object":{"code":${nested(9_000)},"message":${nested(2_000)}}}\n`,
        'HTTP 500',
      ],
      ['a text', () => '"MODIFIED"\n', 'NotKubernetes'],
      ['null', () => 'null\n', 'NotKubernetes'],
      ['a number', () => '1e999\n', 'NotKubernetes'],
    ])('begins anew after %s', async (_what, text, code) => {
      await follow();
      proxy.inject(text());
      await eventually(() => access.failures.map((failure) => failure.code)).toEqual([code]);
      await change('well', code.replace(' ', '-'));
      await eventually(content).toContain(`well=${code.replace(' ', '-')}`);
    });

    test('ends when its time is over, although something comes all the while', async () => {
      proxy.fault = () => ({ status: 200, chunks: dripping('\n') });
      const call = {
        operation: 'watch ConfigMaps',
        method: 'GET',
        path: '/',
        headers: {},
        signal: new AbortController().signal,
      } as const;
      const stream = await access.transport.stream(call, { silenceMs: 10_000, longestMs: 300 });
      const read = async (): Promise<void> => {
        if (!('chunks' in stream)) throw new TypeError('expected chunks');
        for await (const _chunk of stream.chunks);
      };
      await expect(read()).rejects.toThrow();
    });
  });

  const raw = (text: string | Uint8Array, headers = {}, status = 200): Fault => ({ status, chunks: [text], headers });
  async function* dripping(text: string): AsyncGenerator<string> {
    for (;;) {
      yield text;
      await systemClock.sleep(10);
    }
  }
  function* flood(mib: number): Generator<string> {
    yield '"';
    for (let sent = 0; sent < mib; sent++) yield 'x'.repeat(MIB);
  }

  describe('an answer', () => {
    const get = (timeoutMs = 10_000): Promise<unknown> => access.client.get({ ...path(), name: 'well' }, { timeoutMs });

    test.each<[string, () => Fault, string]>([
      ['that is too long', () => ({ status: 200, chunks: flood(9) }), 'AnswerTooLarge'],
      ['that is an error and too long', () => ({ status: 403, chunks: flood(9) }), 'AnswerTooLarge'],
      ['that is nested too deep', () => raw(`{"metadata":${nested(20_000)}}`), 'AnswerTooLarge'],
      ['of too many values', () => raw(`[${'0,'.repeat(4_000_000)}0]`), 'AnswerTooLarge'],
      ['that is packed', () => raw(gzipSync(Buffer.alloc(64 * MIB)), { 'content-encoding': 'gzip' }), 'NotKubernetes'],
      ['with bytes that are no text', () => raw(Buffer.from('fffe7b7d', 'hex')), 'NotKubernetes'],
      ['of another type', () => raw('<html></html>', { 'content-type': 'text/html' }), 'NotKubernetes'],
      [
        'whose message is nested',
        () => raw(`{"message":${nested(10_000)},"details":{"causes":[{"reason":${nested(900)}}]}}`, {}, 403),
        'HTTP 403',
      ],
      [
        'whose causes are nested',
        () => raw(`{"details":{"causes":[{"reason":${nested(9_000)},"field":${nested(9_000)}}]}}`, {}, 422),
        'HTTP 422',
      ],
    ])('%s is a failure', async (_what, fault, code) => {
      proxy.fault = fault;
      expect((await failureOf(get())).code).toBe(code);
    });

    test('that drips without an end is given up in time', async () => {
      proxy.fault = () => ({ status: 200, chunks: dripping(' ') });
      expect((await failureOf(get(300))).code).toBe('Timeout');
    });

    test.each([301, 302, 303, 307, 308])(
      'that redirects with %i is not followed, by calls and by watches',
      async (status) => {
        await using elsewhere = await startFaultProxy(controlPlane());
        proxy.fault = () =>
          raw('', { location: `${elsewhere.url}/api/v1/namespaces/${namespace}/configmaps/well` }, status);
        expect((await failureOf(get())).code).toBe('Redirect');
        const call = {
          operation: 'watch ConfigMaps',
          method: 'GET',
          path: '/',
          headers: {},
          signal: new AbortController().signal,
        } as const;
        const stream = await access.transport.stream(call, { silenceMs: 1_000, longestMs: 1_000 });
        expect('answer' in stream && stream.answer.status).toBe(status);
        expect(elsewhere.seen).toEqual([]);
      },
    );

    test('that asks for a pause of years is kept waiting for minutes', async () => {
      for (const wish of ['9'.repeat(400), '999999999', 'Fri, 01 Jan 2100 00:00:00 GMT']) {
        proxy.fault = () => raw('', { 'retry-after': wish }, 429);
        expect((await failureOf(get())).retryAfterMs).toBe(5 * 60_000);
      }
    });
  });

  describe('a list', () => {
    test.each([
      ['goes on for ever', (page: number) => `token-${page}`],
      ['gives the same token again', () => 'token'],
    ])('that %s ends', async (_what, token) => {
      let page = 0;
      proxy.fault = (request) =>
        isWatch(request)
          ? undefined
          : raw(JSON.stringify({ metadata: { resourceVersion: '1', continue: token(page++) }, items: [] }));
      expect((await failureOf(listed())).code).toBe('NotKubernetes');
      expect(page).toBeLessThanOrEqual(1_001);
    });

    test('of pods with one that cannot be read is no list of the pods that use a key', async () => {
      proxy.fault = () =>
        raw(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [{ metadata: { name: 'odd' } }] }));
      const page = await access.client.pages({ resource: PODS, namespace }).next();
      expect(page).toMatchObject({ value: { items: [], odd: ['odd'] } });
    });
  });
});
