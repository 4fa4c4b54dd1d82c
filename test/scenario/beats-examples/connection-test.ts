import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { noteForRun } from '../../leaks/noted.ts';
import type { Program } from '../../testbed/beats/beat-process.ts';
import { finish, type Finished } from '../../testbed/command.ts';
import { temporaryFolder } from '../../testbed/leftovers.ts';

/** What a pod of an example sees. */
export interface InPod {
  /** The folder of {@link beatsBinaries}. */
  readonly binaries: string;
  /** Which Beat the configuration is for. */
  readonly beat: string;
  /** Configuration files in the order of `-c`. */
  readonly configurations: readonly string[];
  /** Other files, by the path at which they are mounted. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

type Configuration = Readonly<Record<string, unknown>>;

/**
 * Lets a real Beat read a configuration and connect to the cluster of its output with the key in it: `test output`. What
 * a Beat that is not at hand collects is left out, and Filebeat reads the rest, which all Beats share.
 */
export async function testOutput({ binaries, beat, configurations, files, env }: InPod): Promise<Finished> {
  const program: Program = beat === 'heartbeat' ? beat : 'filebeat';
  for (const value of Object.values(env)) noteForRun(value);
  const folder = temporaryFolder('beat');
  try {
    const here = (text: string): string =>
      Object.keys(files).reduce((all, file) => all.replaceAll(file, inFolder(folder.path, file)), text);
    for (const [file, content] of Object.entries(files)) await write(inFolder(folder.path, file), content);
    const flags: string[] = [];
    for (const [index, text] of configurations.entries()) {
      const file = path.join(folder.path, `${index}.json`);
      await write(file, JSON.stringify(shared(parse(here(text)) as Configuration, beat, program)));
      flags.push('-c', file);
    }
    const paths = ['home', 'config', 'data', 'logs'].flatMap((each) => [`--path.${each}`, folder.path]);
    return await finish(path.join(binaries, program), ['test', 'output', ...flags, ...paths], {
      env: { PATH: process.env['PATH'], ...env },
    });
  } finally {
    await folder.remove();
  }
}

const inFolder = (folder: string, file: string): string => path.join(folder, file.replaceAll('/', '_'));

/** A Beat refuses a configuration that others may write; JSON is YAML. */
async function write(file: string, content: string): Promise<void> {
  await writeFile(file, content);
  await chmod(file, 0o600);
}

/** The configuration without what only its own Beat reads. */
function shared(configuration: Configuration, beat: string, program: Program): Configuration {
  if (beat === program) return configuration;
  const own = (key: string): boolean => [beat, 'system'].some((name) => key === name || key.startsWith(`${name}.`));
  const rest = Object.fromEntries(Object.entries(configuration).filter(([key]) => !own(key)));
  return { ...rest, 'filebeat.inputs': [{ type: 'filestream', id: 'none', paths: ['/nonexistent'] }] };
}
