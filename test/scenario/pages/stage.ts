import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finish } from '../../testbed/command.ts';
import { temporaryFolder } from '../../testbed/leftovers.ts';
import type { ControlPlaneAddress } from '../../testbed/servers.ts';
import { commandsOf, type PageCommand } from '../commands/page.ts';
import { openProgram } from '../commands/program.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** What a page calls things, and what a run calls them. */
export type Names = Readonly<Record<string, string>>;

/** Where the commands of a page run. */
export interface Stage extends AsyncDisposable {
  /** Runs a line in a shell, and gives all that it wrote, in the page's words. */
  run(line: string): Promise<string>;
}

/** The commands of a page, with those in blocks that are part of a list. */
export async function commandsOn(page: string): Promise<readonly PageCommand[]> {
  const text = await readFile(path.join(root, 'docs', page), 'utf8');
  const flat = text.replaceAll(/^( +)```console\n[^]*?^\1```/gm, (block, indent: string) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  return commandsOf(flat);
}

/** A folder with the examples in it, in the run's words, and with `files`; `beatkeys` is a command, and `env` is what the page says is set. */
export async function openStage(
  { kubeconfig, kubectlPath }: ControlPlaneAddress,
  names: Names,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<Stage> {
  const folder = temporaryFolder('page');
  const program = openProgram();
  const PATH = `${path.dirname(kubectlPath)}:${await program.path()}`;
  const examples = path.join(folder.path, 'examples');
  await mkdir(examples);
  await cp(path.join(root, 'examples'), examples, { recursive: true });
  for (const file of await readdir(examples, { recursive: true })) {
    if (!file.endsWith('.yaml')) continue;
    const text = await readFile(path.join(examples, file), 'utf8');
    await writeFile(path.join(examples, file), inRunsWords(text, names));
  }
  for (const [file, content] of Object.entries(files)) await writeFile(path.join(folder.path, file), content);
  return {
    run: async (line) => {
      const { stdout } = await finish('sh', ['-c', `{ ${inRunsWords(line, names)}\n} 2>&1`], {
        cwd: folder.path,
        env: { PATH, HOME: folder.path, KUBECONFIG: kubeconfig, ...env },
        // Some wait in a loop.
        long: true,
      });
      return inPagesWords(stdout, names);
    },
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

const inRunsWords = (text: string, names: Names): string =>
  Object.entries(names).reduce((all, [page, run]) => all.replaceAll(word(page), run), text);

const inPagesWords = (text: string, names: Names): string =>
  Object.entries(names).reduce((all, [page, run]) => all.replaceAll(run, page), text);

/** A name as a whole, and not where it is the name of a file. */
const word = (name: string): RegExp => new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w-])`, 'g');

/** What differs from run to run, in both texts: ids of keys, times, and blanks, by which columns are set. */
export const steady = (text: string): string =>
  text
    .replaceAll(/(?<![\w-])[\w-]{20}(?![\w-])/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/\s*\n\s*/g, '\n')
    .trim();
