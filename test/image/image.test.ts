import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { DISTRIBUTION, writeDistribution } from '../../scripts/build/distribution.ts';
import { output } from '../testbed/command.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { copyOut, labels, runImage } from './engine.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = temporaryFolder('image-test');
const here = path.join(folder.path, 'here');
await writeDistribution(here);
afterAll(folder.remove);

const digest = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

test.for([
  ['as its own user', []],
  ['as any other user', ['--user=1000650000:0']],
] as const)('prints its version %s', async ([, options]) => {
  const { code, stdout } = await runImage(['version'], options);
  expect([code, stdout.trim().split(' ').at(-1)]).toEqual([0, packageJson.version]);
});

test('renders an example as the bundle does here', async () => {
  const args = ['-f', '01-connection.yaml', '-f', 'packetbeat.yaml'];
  const examples = path.join(root, 'examples');
  const mounted = [`--volume=${examples}:/examples:ro`, '--workdir=/examples'];
  const { code, stdout } = await runImage(['render', ...args], mounted);
  const program = path.join(here, DISTRIBUTION.program);
  expect(stdout).toBe(await output(process.execPath, [program, 'render', ...args], { cwd: examples }));
  expect(code).toBe(0);
});

test('holds what is built here, byte for byte, and the licence', async () => {
  const inside = path.join(folder.path, 'inside');
  await copyOut('/beatkeys', inside);
  for (const name of Object.values(DISTRIBUTION))
    expect([name, await digest(path.join(inside, name))]).toEqual([name, await digest(path.join(here, name))]);
  expect(await digest(path.join(inside, 'LICENSE'))).toBe(await digest(path.join(root, 'LICENSE')));
});

test('names its version, its commit and its licence', async () => {
  const found = await labels();
  expect(found).toMatchObject({
    'org.opencontainers.image.title': 'Beatkeys',
    'org.opencontainers.image.version': packageJson.version,
    'org.opencontainers.image.licenses': packageJson.license,
  });
  expect(found['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{40}(-dirty)?$/);
});

test.for(['sh', 'bash', 'busybox', 'npm', 'apt', 'wget', 'curl'])('has no %s', async (program) => {
  const { code, stderr } = await runImage([], [`--entrypoint=${program}`]);
  expect(code).toBe(127);
  expect(stderr).toContain('not found');
});
