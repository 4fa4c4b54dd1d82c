import path from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { finish } from '../../test/testbed/command.ts';
import { OFFLINE_BASES } from './offline-base.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface BuildOptions {
  /** The name of the image. */
  readonly tag: string;
  /** Whether the bases are those that `importBases` makes. */
  readonly offlineBase: boolean;
  /** Further arguments; of a build argument that is given twice the last one counts. */
  readonly further: readonly string[];
}

/** The arguments of an engine's client that build the image; its labels name the commit where there is one. */
export async function buildArguments({ tag, offlineBase, further }: BuildOptions): Promise<readonly string[]> {
  const values = {
    VERSION: packageJson.version,
    LICENSES: packageJson.license,
    ...(await revision()),
    ...(offlineBase ? { BUILD_IMAGE: OFFLINE_BASES.build, RUNTIME_IMAGE: OFFLINE_BASES.runtime } : {}),
  };
  const given = Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`);
  return ['build', `--tag=${tag}`, ...given, ...further, root];
}

/** The commit, marked where the files are not those of it. */
async function revision(): Promise<{ REVISION?: string }> {
  const git = async (...args: string[]) => (await finish('git', ['-C', root, ...args])).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    if (commit === '') return {};
    return { REVISION: (await git('status', '--porcelain')) === '' ? commit : `${commit}-dirty` };
  } catch {
    // Without git, or in an archive of the sources, the label stays as the Dockerfile has it.
    return {};
  }
}
