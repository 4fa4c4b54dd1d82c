import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { Leaks } from '../leaks/leaks.ts';
import { openAccount } from '../rights/account.ts';
import { deploymentOf, environmentOf, renderChart } from '../rights/chart.ts';
import { ApiServer } from '../scenario/api-server.ts';
import { aBeat } from '../scenario/beat.ts';
import { createLendingUser, everyPreset } from '../scenario/lending-user.ts';
import { connection } from '../scenario/manifests.ts';
import { Objects } from '../scenario/objects.ts';
import { isLiving } from '../scenario/server-keys.ts';
import { controlPlane, createNamespace, elasticsearch } from '../testbed/current.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { Container } from './engine.ts';

/** The user of the image. */
const USER = 65_532;
const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const plane = controlPlane();

/** A folder as the kubelet mounts it into a pod: the account's token, and the API server's CA. */
async function serviceAccountFolder(stack: AsyncDisposableStack, token: string): Promise<string> {
  const temporary = temporaryFolder('service-account');
  stack.defer(temporary.remove);
  const folder = path.join(temporary.path, 'serviceaccount');
  await mkdir(folder, { mode: 0o755 });
  for (const [name, text] of Object.entries({ token, 'ca.crt': plane.ca })) {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o400 });
    // Only root may give a file away; without root, the engine's own user is who runs this.
    if (process.getuid?.() === 0) await chown(file, USER, USER);
    else await chmod(file, 0o444);
  }
  return folder;
}

/** What the chart has for the operator's container where it serves one namespace. */
async function asDeployed(namespace: string) {
  const deployment = deploymentOf(await renderChart(plane.helmPath, namespace, { watchNamespaces: [namespace] }));
  const { containers, terminationGracePeriodSeconds } = deployment.spec.template.spec;
  const [operator] = containers;
  if (operator === undefined) throw new Error('the Deployment has no container');
  const { limits } = operator['resources'] as { readonly limits: { readonly memory: string } };
  return {
    args: operator.args,
    env: environmentOf(deployment),
    memoryMiB: Number(/^(\d+)Mi$/.exec(limits.memory)?.[1]),
    graceSeconds: Number(terminationGracePeriodSeconds),
  };
}

/** Everything in what /proc/PID/status says that Pod Security's `restricted` is about (proc_pid_status(5)). */
function confinement(status: string): Readonly<Record<string, string>> {
  const wanted = ['Uid', 'Gid', 'CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs'];
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  return Object.fromEntries(wanted.map((name) => [name, field(name)]));
}

test('runs as the operator of the chart, locked down: makes a key that works, invalidates it, and stops in good order', async () => {
  await using stack = new AsyncDisposableStack();
  const leaks = new Leaks();
  const node = stack.adopt(elasticsearch(), (client) => client.close());
  const user = stack.use(await createLendingUser(node, everyPreset));
  const namespace = await createNamespace('image');
  stack.defer(namespace.remove);
  const objects = new Objects(namespace.name, plane, stack.use(new ApiServer(plane)));
  const served = [namespace.name];
  const account = await openAccount({ plane, namespace: namespace.name, served, restarts: false, refused: true });
  for (const value of [user.password, account.token]) leaks.note(value);

  const { hostname, port: apiPort } = new URL(plane.url);
  const [port] = await freePorts(1);
  const deployed = await asDeployed(namespace.name);
  const env = {
    ...deployed.env,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: apiPort === '' ? '443' : apiPort,
    POD_NAMESPACE: namespace.name,
    BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
    BEATKEYS_TELEMETRY_PORT: String(port),
    BEATKEYS_LOG_LEVEL: 'debug',
  };
  const folder = await serviceAccountFolder(stack, account.token);
  const container = stack.use(
    await Container.start(deployed.args, [
      `--memory=${deployed.memoryMiB}m`,
      `--volume=${folder}:${TOKEN_FOLDER}:ro`,
      ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    ]),
  );
  const log = async () => leaks.masked(await container.log());
  const ready = async () => {
    const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (status !== 200) throw new Error(`GET /readyz was answered with ${status}`);
  };
  await vi.waitFor(ready, { timeout: 90_000, interval: 500 }).catch(async (cause: unknown) => {
    throw new Error(`the operator is not ready; it said:\n${await log()}`, { cause });
  });

  await objects.apply(...connection(namespace.name, 'main', node, user));
  const { status } = await objects.issue('packetbeat');
  const { encoded = '', key } = await objects.data('packetbeat');
  for (const value of [encoded, key]) leaks.note(value);
  expect(await aBeat(node, encoded).publish(`packetbeat-${namespace.name}`)).toBe('taken');

  expect(confinement(await container.evaluate(`fs.readFileSync('/proc/1/status', 'utf8')`))).toEqual({
    ...{ Uid: String(USER), Gid: String(USER), NoNewPrivs: '1' },
    ...{ CapEff: '0000000000000000', CapPrm: '0000000000000000', CapBnd: '0000000000000000' },
  });
  const write = `try { fs.writeFileSync('/tmp/file', '') } catch ({ code }) { code }`;
  expect(await container.evaluate(write)).toBe('EROFS\n');

  const heap = Number(await container.evaluate(`require('node:v8').getHeapStatistics().heap_size_limit`));
  expect(heap).toBeLessThan(deployed.memoryMiB * 1024 * 1024);

  for (const kind of ['BeatApiKey', 'ElasticsearchConnection'] as const) {
    const name = kind === 'BeatApiKey' ? 'packetbeat' : 'main';
    await objects.remove(kind, name);
    await objects.untilGone(kind, name);
  }
  expect(await isLiving(node, status?.keyID ?? '')).toBe(false);
  expect((await container.stop(deployed.graceSeconds)) === 0 || (await log())).toBe(true);
  expect(await log()).toContain('"ending":"stopped"');
  expect(leaks.foundIn({ log: await container.log() })).toEqual([]);
});
