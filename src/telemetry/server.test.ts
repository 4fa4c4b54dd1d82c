import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Health } from './health.ts';
import { startTelemetryServer, type TelemetryServer } from './server.ts';

let server: TelemetryServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const metrics = { contentType: 'text/plain; version=0.0.4', expose: () => Promise.resolve('beatkeys_build_info 1\n') };
async function start(overrides: Partial<Parameters<typeof startTelemetryServer>[0]> = {}) {
  const started = await startTelemetryServer({ port: 0, health: new Health(), metrics, ...overrides });
  server = started;
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${started.port}${path}`, { method });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };
  return { started, ask };
}

describe('the telemetry server', () => {
  test('is alive', async () => {
    const { ask } = await start();
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  test('is ready when every check passes, and says which does not', async () => {
    const health = new Health();
    let synced = false;
    health.require('API server contact', () => true);
    health.require('caches synced', () => synced);
    const { ask } = await start({ health });
    expect(await ask('/readyz')).toMatchObject({
      status: 503,
      body: '[+]API server contact ok\n[-]caches synced not ready\nnot ready\n',
    });
    synced = true;
    expect(await ask('/readyz?verbose')).toMatchObject({
      status: 200,
      body: '[+]API server contact ok\n[+]caches synced ok\nok\n',
    });
  });

  test('is alive while it is not ready', async () => {
    const health = new Health();
    health.require('caches synced', () => false);
    const { ask } = await start({ health });
    expect((await ask('/healthz')).status).toBe(200);
  });

  test('exposes the metrics in their content type', async () => {
    const { ask } = await start();
    const answer = await ask('/metrics');
    expect(answer).toMatchObject({ status: 200, body: 'beatkeys_build_info 1\n' });
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  });

  test('serves nothing else, and is told nothing', async () => {
    const { ask } = await start();
    for (const path of ['/', '/debug/pprof', '/metrics/../secrets', '/healthz/x']) {
      expect(await ask(path)).toMatchObject({ status: 404, body: 'not found\n' });
    }
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('/healthz', method)).status).toBe(405);
  });

  test('says nothing of why metrics failed', async () => {
    const { ask } = await start({
      metrics: { ...metrics, expose: () => Promise.reject(new Error('planted-secret')) },
    });
    expect(await ask('/metrics')).toMatchObject({ status: 500, body: 'the metrics could not be collected\n' });
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/metrics/../secrets', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
    ['HEAD', '/readyz', 200],
  ])('answers %s %s with %d', async (method, path, status) => {
    const { ask } = await start();
    expect((await ask(path, method)).status).toBe(status);
  });

  test('listens on loopback unless told otherwise', async () => {
    const { started } = await start();
    const socket = connect(started.port, '127.0.0.1');
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  test('rejects when the port is taken', async () => {
    const { started } = await start();
    await expect(startTelemetryServer({ port: started.port, health: new Health(), metrics })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  test('closes after the answer under way is sent, and takes no more', async () => {
    const scrape = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    const { started, ask } = await start({
      metrics: {
        ...metrics,
        expose: () => {
          asked.resolve();
          return scrape.promise;
        },
      },
    });
    const answer = ask('/metrics');
    await asked.promise;
    const closed = started[Symbol.asyncDispose]();
    scrape.resolve('late\n');
    expect((await answer).body).toBe('late\n');
    await closed;
    await expect(ask('/healthz')).rejects.toThrow();
  });

  test('closes although a client holds a connection open', async () => {
    const { started } = await start();
    const socket = connect(started.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n');
    const gone = once(socket, 'close');
    await started.close();
    await gone;
  });
});
