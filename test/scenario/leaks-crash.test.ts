import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Leaks } from '../leaks/leaks.ts';
import { bundledProgram, Operator, type OperatorOptions } from '../operator/operator.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import { openWorld } from './world.ts';

const [version = ''] = elasticsearchVersions();
const world = await openWorld({ versions: [version] });
afterAll(() => world.close());
const { objects, user } = world.site(version);
world.leaks.note(`${user.username}:${user.password}`);

/** An operator that the world knows nothing of, for the objects of the world. */
const anOperator = (settings: Readonly<Record<string, string>>, given: Partial<OperatorOptions> = {}): Operator =>
  new Operator({
    ...{ kubeconfig: controlPlane().kubeconfig, namespace: world.home.namespace, watch: [objects.namespace] },
    ...{ settings: { BEATKEYS_DRIFT_INTERVAL: '3s', ...settings }, ...given },
  });

const breaks = pathToFileURL(path.resolve(import.meta.dirname, 'leaks/break.ts')).href;
const aCanary = (): string => `${randomBytes(20).toString('base64')}:${randomBytes(8).toString('hex')}`;

describe('An operator that meets something that nobody thought of', () => {
  test.each(['thrown', 'rejected', 'thrown as a text', 'an error event'])(
    '%s ends, says where, and shows nothing of what the error carries',
    async (how) => {
      const canary = aCanary();
      const leaks = new Leaks();
      leaks.note(canary);
      const settings = { NODE_OPTIONS: `--import=${breaks}`, BREAKS: how, CANARY: canary };
      const operator = anOperator(settings, { namespace: 'default', watch: [world.home.namespace] });
      expect(await operator.exitCode()).toBe(1);
      expect(operator.lines.filter((line) => line.includes('"cannot go on"'))).toHaveLength(1);
      // Node's own report of it would have the source line and the fields of the error.
      expect(operator.lines.filter((line) => !line.startsWith('{'))).toEqual([]);
      expect(leaks.foundIn({ log: operator.lines.join('\n') })).toEqual([]);
    },
  );
});

describe('A command that meets something that nobody thought of', () => {
  test.each(['thrown', 'rejected', 'thrown as a text', 'an error event'])(
    '%s ends with 1, and shows nothing of what the error carries',
    async (how) => {
      const canary = aCanary();
      const leaks = new Leaks();
      leaks.note(canary);
      const env = { NODE_OPTIONS: `--import=${breaks}`, BREAKS: how, CANARY: canary };
      // It waits for input that does not come, so that it is still there when that happens.
      const child = spawn(process.execPath, [bundledProgram(), 'render', '-f', '-'], { env, stdio: 'pipe' });
      const [[code], stdout, stderr] = await Promise.all([
        once(child, 'close') as Promise<[number | null]>,
        text(child.stdout),
        text(child.stderr),
      ]);
      expect(code).toBe(1);
      expect(stderr.split('\n').filter((line) => line.includes('"type"'))).toHaveLength(1);
      expect(leaks.foundIn({ stdout, stderr })).toEqual([]);
    },
  );
});

describe('An operator', () => {
  test.each([
    ['at the level warn', { BEATKEYS_LOG_LEVEL: 'warn' }],
    ['at the level error', { BEATKEYS_LOG_LEVEL: 'error' }],
    ['whose libraries shall say all that they do', { DEBUG: '*', NODE_DEBUG: 'undici,net,timer' }],
  ])('%s says no value of what it makes', async (how, settings) => {
    await world.operator.stop();
    const operator = anOperator(settings);
    const name = how.replaceAll(/[^a-z]+/g, '-');
    const before = await objects.issue(name, { roleDescriptors: { role: { cluster: ['monitor'] } } });
    await objects.patch('BeatApiKey', name, { spec: { rotation: { request: 'now' } } });
    await objects.rotated(name, before);
    const { key } = await objects.data(name);
    await expect.poll(() => world.leaks.foundIn({ planted: ` ${key} ` })).toHaveLength(1);
    await operator.stop();
    expect(world.leaks.foundIn({ log: operator.lines.join('\n') })).toEqual([]);
  });
});
