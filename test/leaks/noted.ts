import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../testbed/leftovers.ts';

/** The environment variable with the path of the file in which the processes of a run gather what is secret in it. */
const variable = 'BEATKEYS_NOTED_SECRETS';

const noted = new Set<string>();

/** Adds a key value or a password to those of the run, for the search at its end; does nothing where nobody will search. */
export function noteForRun(value: string): void {
  const file = process.env[variable];
  if (file === undefined || file === '' || noted.has(value)) return;
  noted.add(value);
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}

/** What was secret in a run. */
export interface Noted {
  /** To be added to the environment of the run's processes. */
  readonly env: Readonly<Record<string, string>>;
  values(): readonly string[];
  /** Takes the values off the disk. */
  remove(): Promise<void>;
}

/** Begins to gather, in a file for the owner's eyes only, which goes away when this process ends at the latest. */
export function gatherNoted(): Noted {
  const folder = temporaryFolder('noted');
  const file = path.join(folder.path, 'values');
  writeFileSync(file, '', { mode: 0o600 });
  return {
    env: { [variable]: file },
    values: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as string),
    remove: folder.remove,
  };
}
