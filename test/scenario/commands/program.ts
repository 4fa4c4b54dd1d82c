import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledProgram } from '../../operator/operator.ts';
import { finish, type Finished } from '../../testbed/command.ts';
import { temporaryFolder } from '../../testbed/leftovers.ts';

/** The bundled program as a command, in a folder of its own. */
export interface Program extends AsyncDisposable {
  readonly file: string;
  /** Where it runs unless told otherwise. */
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** A PATH on which it is `beatkeys` and, as it is, a plugin of kubectl. */
  path(): Promise<string>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** Nothing of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes its folder. */
export function openProgram(): Program {
  const { path: folder, remove } = temporaryFolder('command');
  const file = bundledProgram();
  return {
    ...{ file, folder },
    run: (args, { cwd = folder, input = '', env = {} } = {}) =>
      finish(process.execPath, [file, ...args], { cwd, input, env }),
    path: async () => {
      const bin = path.join(folder, 'bin');
      await mkdir(bin, { recursive: true });
      await writeFile(path.join(bin, 'beatkeys'), `#!/bin/sh\nexec '${process.execPath}' '${file}' "$@"\n`, {
        mode: 0o755,
      });
      const plugin = path.join(bin, 'kubectl-beatkeys');
      await rm(plugin, { force: true });
      await symlink(file, plugin);
      return `${bin}:${process.env['PATH'] ?? ''}`;
    },
    [Symbol.asyncDispose]: remove,
  };
}
