import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { finish } from '../testbed/command.ts';
import { commandsOf, isAboutObjects } from './commands/page.ts';
import { openProgram } from './commands/program.ts';

/** docs/command-line.md: every command on it is run, and writes what the page says. */

const root = path.resolve(import.meta.dirname, '../..');
const page = await readFile(path.join(root, 'docs/command-line.md'), 'utf8');
/** Those about objects are run where there are some, in command-objects.test.ts. */
const commands = commandsOf(page).filter((command) => !isAboutObjects(command));
const program = openProgram();
const nodes = elasticsearchVersions().map((version) => elasticsearch(version));
const node = nodes.find(({ ca }) => ca !== undefined) ?? elasticsearch();

beforeAll(async () => {
  await cp(path.join(root, 'examples'), path.join(program.folder, 'examples'), { recursive: true });
  await writeFile(path.join(program.folder, 'ca.crt'), node.ca ?? '');
  await removeUser();
});
afterAll(async () => {
  await removeUser();
  await Promise.all(nodes.map((each) => each.close()));
  await node.close();
  await program[Symbol.asyncDispose]();
});

/** The page takes the names that are there without options. */
async function removeUser(): Promise<void> {
  await node.request('DELETE', '/_security/user/beatkeys');
  for (const name of ['main', 'library'])
    await node.request('DELETE', `/_security/role/beatkeys.beatkeys-system.${name}`);
}

/** What differs from run to run, in both texts. */
const steady = (text: string): string =>
  text
    .replace(/^cluster [\w-]+, Elasticsearch [\d.]+$/gm, 'cluster UUID, Elasticsearch VERSION')
    .replace(/^note: http:\S+ is http: passwords go in clear\n/gm, '');

test('the page has commands of every kind', () => {
  for (const name of ['--help', 'role -f', 'role --apply', 'render -f', 'render -o table', 'completion'])
    expect(commands.some(({ command }) => command.includes(`beatkeys ${name}`)) || name).toBe(true);
});

test.for(commands.map(({ command, output }) => [command, output] as const))('$ %s', async ([command, output]) => {
  const line = command.replace('https://elasticsearch.example:9200', node.url);
  const { stdout } = await finish('sh', ['-c', `{ ${line}\n} 2>&1`], {
    cwd: program.folder,
    env: { PATH: await program.path(), ES_PASSWORD: node.password },
  });
  expect(steady(stdout)).toBe(steady(output));
});
