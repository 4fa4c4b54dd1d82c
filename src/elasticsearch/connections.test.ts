import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ElasticsearchTarget } from '../controller/ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { createElasticsearch } from './connections.ts';

const calm = new AbortController().signal;
const open = createElasticsearch({
  meter: { requested: () => undefined, keyCreationDelayed: () => undefined },
  clock: systemClock,
  logger: { warn: () => undefined },
}).open;

const target = (given: Partial<ElasticsearchTarget> = {}): ElasticsearchTarget => ({
  urls: ['http://127.0.0.1:1'],
  username: 'elastic',
  password: new Sensitive('a'),
  concurrentRequests: 1,
  createdKeysPerMinute: 60,
  ...given,
});

/** A server that accepts everything and answers nothing; `asked` settles with the first request. */
async function silence(): Promise<{ url: string; asked: Promise<unknown> }> {
  const server = createServer();
  const asked = new Promise((resolve) => void server.once('request', resolve));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('a target', () => {
  test('that is opened twice has one breaker', async () => {
    const [one, two, other] = [open(target()), open(target()), open(target({ password: new Sensitive('b') }))];
    for (let call = 0; call < 3; call += 1) await one.get('x', calm).catch(() => undefined);
    expect([one.available, two.available, other.available]).toEqual([false, false, true]);
    await Promise.all([one, two, other].map((each) => each.close()));
  });

  test('stays open until the last one closes it, and begins afresh then', async () => {
    const [one, two] = [open(target()), open(target())];
    for (let call = 0; call < 3; call += 1) await one.get('x', calm).catch(() => undefined);
    await one.close();
    await one.close();
    await expect(two.get('x', calm)).rejects.toMatchObject({ code: 'CircuitOpen' });
    await two.close();
    const again = open(target());
    expect(again.available).toBe(true);
    await again.close();
  });

  test.each(['garbage', '', '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----'])(
    'with %j for an authority is refused at once',
    (ca) => {
      expect(() => open(target({ ca }))).toThrow('not a certificate in PEM form');
    },
  );

  test('takes a bundle of authorities', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'a' }]);
    await open(target({ ca: `# ours\n${cert}\n${cert}` })).close();
  });
});

test('a call after the last holder has closed was not sent', async () => {
  const store = open(target());
  await store.close();
  const failed = await store.get('x', calm).catch((error: unknown) => error);
  expect(failed).toMatchObject({ kind: 'unavailable', code: 'UND_ERR_CLOSED', outcomeUnknown: false });
});

describe('a call that waits its turn', () => {
  test('ends with its signal, and was not sent', async () => {
    const { url, asked } = await silence();
    const store = open(target({ urls: [url] }));
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = store.get('x', running.signal).catch((error: unknown) => error);
    await asked;
    const second = store.get('y', waiting.signal).catch((error: unknown) => error);
    waiting.abort();
    expect(await second).toMatchObject({ kind: 'aborted', outcomeUnknown: false });
    running.abort();
    expect(await first).toMatchObject({ kind: 'aborted', outcomeUnknown: true });
    await store.close();
  });

  test('for the rate of new keys ends likewise', async () => {
    const store = open(target());
    const stop = new AbortController();
    const request = { name: 'n', roleDescriptors: { none: {} }, userMetadata: {}, mark: {} as never };
    await store.create(request, calm).catch(() => undefined);
    const second = store.create(request, stop.signal).catch((error: unknown) => error);
    stop.abort();
    expect(await second).toMatchObject({ kind: 'aborted', outcomeUnknown: false });
    await store.close();
  });
});
