import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { finish } from '../test/testbed/command.ts';
import { temporaryFolder } from '../test/testbed/leftovers.ts';

const root = path.resolve(import.meta.dirname, '..');
const folders = ['lib', 'api', 'core', 'runtime', 'controller', 'kubernetes', 'elasticsearch', 'telemetry', 'cli'];

/** Which folder of src may import which others: the whole of the rule, as design and lint configuration should have it. */
const allowed: Record<string, string[]> = {
  lib: [],
  api: ['lib'],
  core: ['api', 'lib'],
  runtime: ['lib'],
  controller: ['core', 'api', 'lib', 'runtime'],
  kubernetes: ['core', 'api', 'lib', 'runtime'],
  elasticsearch: ['core', 'api', 'lib', 'runtime'],
  telemetry: ['core', 'api', 'lib', 'runtime'],
  cli: ['controller', 'core', 'api', 'lib', 'runtime', 'kubernetes', 'elasticsearch'],
};

let planted: ReturnType<typeof temporaryFolder>;
let complaints: string[];

/** Plants one file per import, so that a complaint's file says what it is about, and lints them all with our rules. */
beforeAll(async () => {
  planted = temporaryFolder('layers-test');
  await copyFile(path.join(root, '.oxlintrc.json'), path.join(planted.path, '.oxlintrc.json'));
  for (const from of folders) {
    const folder = path.join(planted.path, 'src', from);
    await mkdir(folder, { recursive: true });
    for (const to of folders.filter((each) => each !== from)) {
      await writeFile(
        path.join(folder, `to-${to}.ts`),
        `import type { X } from '../${to}/x.ts';\nexport type Y = X;\n`,
      );
    }
    await writeFile(path.join(folder, 'to-ports.ts'), `export type { X } from '../controller/ports.ts';\n`);
    await writeFile(path.join(folder, 'to-app.ts'), `export const app = await import('../app.ts');\n`);
    await writeFile(path.join(folder, 'to-test.ts'), `export { x } from '../../test/testbed/current.ts';\n`);
    await writeFile(path.join(folder, 'to-sibling.ts'), `export type { Y } from './to-app.ts';\n`);
  }
  await writeFile(
    path.join(planted.path, 'src/core/one.ts'),
    `import { two } from './two.ts';\nexport const one = two;\n`,
  );
  await writeFile(
    path.join(planted.path, 'src/core/two.ts'),
    `import type { one } from './one.ts';\nexport const two = 2 as typeof one;\n`,
  );
  for (const from of ['app', 'config', 'main']) {
    await writeFile(path.join(planted.path, `src/${from}.ts`), `export { x } from './cli/x.ts';\n`);
  }
  const oxlint = path.join(root, 'node_modules/.bin/oxlint');
  const { stdout } = await finish(oxlint, ['--format=unix', '.'], { cwd: planted.path });
  complaints = stdout.split('\n');
});
afterAll(() => planted.remove());

/** The rules that complain about a planted file. */
function complaintsAbout(file: string): string[] {
  const of = complaints.filter((line) => line.includes(`src/${file}:`));
  return of.map((line) => /\/(?:[a-z]+\()?([a-z-]+)\)?\]$/.exec(line)?.[1] ?? line);
}

const pairs = folders.flatMap((from) => folders.filter((to) => to !== from).map((to) => [from, to] as const));

test.for(pairs)('src/%s imports src/%s only if the architecture says so', ([from, to]) => {
  expect(complaintsAbout(`${from}/to-${to}.ts`)).toEqual(allowed[from]?.includes(to) ? [] : ['no-restricted-imports']);
});

test.for(folders)('src/%s imports neither the composition nor tests, and may import its own files', (from) => {
  expect(complaintsAbout(`${from}/to-app.ts`)).toEqual(['no-restricted-imports']);
  expect(complaintsAbout(`${from}/to-test.ts`)).toEqual(['no-restricted-imports']);
  expect(complaintsAbout(`${from}/to-sibling.ts`)).toEqual([]);
});

test.for(['kubernetes', 'elasticsearch', 'telemetry'])('src/%s may import the ports', (from) => {
  expect(complaintsAbout(`${from}/to-ports.ts`)).toEqual([]);
});

test('of what composes the operator, only the program knows the command line', () => {
  expect(complaintsAbout('app.ts')).toEqual(['no-restricted-imports']);
  expect(complaintsAbout('config.ts')).toEqual(['no-restricted-imports']);
  expect(complaintsAbout('main.ts')).toEqual([]);
});

test('two files that import each other are reported, even if one wants types only', () => {
  expect(complaintsAbout('core/one.ts')).toEqual(['no-cycle']);
  expect(complaintsAbout('core/two.ts')).toEqual(['no-cycle']);
});
