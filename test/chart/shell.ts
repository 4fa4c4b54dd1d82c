import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { finish } from '../testbed/command.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import type { ControlPlaneAddress } from '../testbed/servers.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A user's shell in the project's folder, with kubectl and helm for a cluster. */
export interface Shell extends AsyncDisposable {
  /** For files of the user's own. */
  readonly folder: string;
  /** Runs a script that ends at the first command that fails; throws with what was written when one does. */
  run(script: string): Promise<string>;
}

/** Opens one; nothing of what helm and kubectl note for themselves outlives it. */
export async function openShell(plane: ControlPlaneAddress, helm: string): Promise<Shell> {
  const { path: folder, remove } = temporaryFolder('shell');
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await symlink(plane.kubectlPath, path.join(bin, 'kubectl'));
  await symlink(helm, path.join(bin, 'helm'));
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: folder, KUBECONFIG: plane.kubeconfig };
  return {
    folder,
    async run(script) {
      const { stdout, code } = await finish('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], {
        cwd: root,
        env,
      });
      if (code !== 0) throw new Error(`a script ended with ${code}:\n${script}\n${stdout}`);
      return stdout;
    },
    [Symbol.asyncDispose]: remove,
  };
}
