import { once } from 'node:events';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle } from '../../scripts/build/bundle.ts';
import { controlPlane, createNamespace, elasticsearch } from '../testbed/current.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';

const folder = temporaryFolder('bundle');
const file = path.join(folder.path, 'beatkeys.mjs');
const namespace = await createNamespace('bundle');
const plane = controlPlane();
const node = elasticsearch();

beforeAll(() => bundle(file));
afterAll(async () => {
  await node.close();
  await namespace.remove();
  await folder.remove();
});

/** A connection and a key in the test's namespace. */
const wanted = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      ...here('v1', 'Secret', 'credential'),
      stringData: { username: node.username, password: node.password, 'ca.crt': node.ca ?? '' },
    },
    {
      ...here('beatkeys.dev/v1alpha1', 'ElasticsearchConnection', 'main'),
      spec: {
        urls: [node.url],
        ...(node.ca === undefined ? {} : { tls: { caRef: { kind: 'Secret', name: 'credential' } } }),
        auth: { basic: { secretRef: { name: 'credential' } } },
      },
    },
    {
      ...here('beatkeys.dev/v1alpha1', 'BeatApiKey', 'key'),
      spec: { connectionRef: { name: 'main' }, preset: { beat: 'packetbeat' } },
    },
  ],
};

function here(apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, metadata: { name, namespace: namespace.name } };
}

/** Starts the bundle far from the project's packages, with nothing but these variables. */
function start(variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [file], {
    cwd: folder.path,
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return { child, ended, output: () => Buffer.concat(chunks).toString() };
}

test('gets ready, makes and invalidates a key, and stops in good order', async () => {
  const [port] = await freePorts(1);
  const { child, ended, output } = start({
    KUBECONFIG: plane.kubeconfig,
    POD_NAMESPACE: namespace.name,
    BEATKEYS_WATCH_NAMESPACES: namespace.name,
    BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
    BEATKEYS_TELEMETRY_PORT: String(port),
  });
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  await expect.poll(() => ready().catch(() => 0), { timeout: 30_000, message: output() }).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain(`version="${packageJson.version}"`);
  const { kubectl } = plane;
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(wanted) });
  const wait = await kubectl(['wait', '--for=condition=Ready', 'bak/key', '-n', namespace.name, '--timeout=30s']);
  expect(wait.code === 0 || output()).toBe(true);
  const remove = await kubectl(['delete', 'bak/key', 'esconn/main', '-n', namespace.name, '--timeout=30s']);
  expect(remove.code === 0 || output()).toBe(true);
  child.kill('SIGTERM');
  const { code } = await ended;
  expect(code === 0 || output()).toBe(true);
});

test('refuses settings that are wrong and names them', async () => {
  const { ended, output } = start({ BEATKEYS_LOG_LEVEL: 'loud' });
  expect(await ended).toEqual({ code: 2, signal: null });
  expect(output()).toContain('BEATKEYS_LOG_LEVEL');
});
