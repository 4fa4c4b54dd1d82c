import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { Failure } from '../core/failure.ts';
import type { KeyRequest } from '../core/key-record.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { openKeys } from './keys.ts';

const REQUEST: KeyRequest = {
  name: 'n',
  roleDescriptors: { writer: { cluster: ['monitor'] } },
  userMetadata: {},
  mark: aKeyRecord().mark,
};
const calm = new AbortController().signal;

/** Keys behind a server that makes one for every request; `created` counts them, `delayed` those that had to wait. */
async function keys(createdKeysPerMinute: number) {
  const counts = { created: 0, delayed: 0 };
  const server = createServer((_request, response) => {
    counts.created += 1;
    const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
    response.writeHead(200, headers).end(JSON.stringify({ id: `k${counts.created}`, api_key: 'x'.repeat(22) }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const clock = new FakeClock();
  const { port } = server.address() as AddressInfo;
  const store = openKeys(
    {
      urls: [`http://127.0.0.1:${port}`],
      username: 'beatkeys',
      password: new Sensitive('geheim'),
      concurrentRequests: 4,
      createdKeysPerMinute,
    },
    {
      meter: { requested: () => undefined, keyCreationDelayed: () => void (counts.delayed += 1) },
      logger: { warn: () => undefined },
      clock,
    },
  );
  onTestFinished(async () => {
    await store.close();
    server.closeAllConnections();
    server.close();
  });
  return { counts, clock, create: (signal = calm) => store.create(REQUEST, signal) };
}

async function failureOf(outcome: Promise<unknown>): Promise<Failure> {
  const error: unknown = await outcome.catch((reason: unknown) => reason);
  if (!(error instanceof Failure)) throw new TypeError('expected a Failure', { cause: error });
  return error;
}

describe('with as many keys made as a minute allows, the next one', () => {
  test('waits for its turn where that is near, and says so', async () => {
    const { counts, clock, create } = await keys(30);
    await create();
    const next = create();
    await clock.advance(1_999);
    expect(counts).toEqual({ created: 1, delayed: 1 });
    await clock.advance(1);
    await next;
    expect(counts).toEqual({ created: 2, delayed: 1 });
  });

  test('fails at once where its turn is further than 2 s away, and names the limit', async () => {
    const { counts, create } = await keys(20);
    await create();
    const { kind, code, detail, retryAfterMs } = await failureOf(create());
    expect({ kind, code, retryAfterMs }).toEqual({ kind: 'throttled', code: 'CreationLimit', retryAfterMs: 3_000 });
    expect(detail).toContain('spec.limits.createdKeysPerMinute of the connection (20)');
    expect(counts).toEqual({ created: 1, delayed: 1 });
  });

  test('counts those who wait before it', async () => {
    const { counts, clock, create } = await keys(30);
    await create();
    const next = create();
    expect((await failureOf(create())).retryAfterMs).toBe(4_000);
    await clock.advance(2_000);
    await next;
    expect(counts).toEqual({ created: 2, delayed: 2 });
  });

  test('is not made where the wait is cut short', async () => {
    const { counts, clock, create } = await keys(30);
    await create();
    const stop = new AbortController();
    const next = failureOf(create(stop.signal));
    stop.abort();
    expect((await next).kind).toBe('aborted');
    await clock.advance(10_000);
    expect(counts.created).toBe(1);
  });
});
