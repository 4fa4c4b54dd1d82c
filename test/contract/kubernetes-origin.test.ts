import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { SECRETS } from '../../src/kubernetes/resource.ts';
import { controlPlane } from '../testbed/current.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { openAccess, type Access } from './kubernetes-access.ts';

/** The operator's token is for the API server alone. */

const seen: string[] = [];
const elsewhere = createServer((request, response) => {
  seen.push(request.url ?? '');
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
await new Promise<void>((resolve) => void elsewhere.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
afterAll(() => {
  vi.unstubAllEnvs();
  elsewhere.close();
});

async function failureOf({ client }: Access): Promise<Failure> {
  const path = { resource: SECRETS, namespace: 'default', name: 'nobody' };
  const failed: unknown = await client.get(path).catch((error: unknown) => error);
  if (!(failed instanceof Failure)) throw new TypeError('expected a Failure', { cause: failed });
  return failed;
}

describe('the client of Kubernetes', () => {
  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%i), and does not say where to', async (status) => {
    await using proxy = await startFaultProxy(controlPlane());
    await using access = openAccess({ url: proxy.url });
    proxy.fault = () => ({ status, headers: { location: `${url}/words-of-the-server` } });
    const failed = await failureOf(access);
    expect(failed).toMatchObject({ kind: 'unsupported', code: 'Redirect' });
    expect(`${failed.message} ${JSON.stringify(failed)}`).not.toContain('words-of-the-server');
    expect(seen).toEqual([]);
  });

  test('uses no proxy of the environment', async () => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy']) vi.stubEnv(name, url);
    await using access = openAccess();
    expect(await access.client.get({ resource: SECRETS, namespace: 'default', name: 'nobody' })).toBeUndefined();
    expect(seen).toEqual([]);
  });

  test.each([{ untrusted: true }, { untrusted: true, skipTLSVerify: true }])(
    'checks the certificate of the API server, whatever the environment and the kubeconfig say (%o)',
    async (options) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      await using access = openAccess(options);
      expect(await failureOf(access)).toMatchObject({
        kind: 'unavailable',
        code: expect.stringMatching(/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/) as string,
      });
    },
  );
});
