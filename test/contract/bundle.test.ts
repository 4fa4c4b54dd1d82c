import { once } from 'node:events';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle } from '../../scripts/build/bundle.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';

const folder = temporaryFolder('bundle');
const file = path.join(folder.path, 'beatkeys.mjs');
const namespace = await createNamespace('bundle');

beforeAll(() => bundle(file));
afterAll(async () => {
  await namespace.remove();
  await folder.remove();
});

/** Starts the bundle far from the project's packages, with nothing but these variables. */
function start(variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [file], {
    cwd: folder.path,
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return { child, ended, output: () => Buffer.concat(chunks).toString() };
}

test('starts against a real API server, gets ready and stops in good order', async () => {
  const [port] = await freePorts(1);
  const { child, ended, output } = start({
    KUBECONFIG: controlPlane().kubeconfig,
    POD_NAMESPACE: namespace.name,
    BEATKEYS_WATCH_NAMESPACES: namespace.name,
    BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
    BEATKEYS_TELEMETRY_PORT: String(port),
  });
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  await expect.poll(() => ready().catch(() => 0), { timeout: 30_000, message: output() }).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain(`version="${packageJson.version}"`);
  child.kill('SIGTERM');
  expect({ ...(await ended), output: output() }).toMatchObject({ code: 0, signal: null });
});

test('refuses settings that are wrong and names them', async () => {
  const { ended, output } = start({ BEATKEYS_LOG_LEVEL: 'loud' });
  expect(await ended).toEqual({ code: 2, signal: null });
  expect(output()).toContain('BEATKEYS_LOG_LEVEL');
});
