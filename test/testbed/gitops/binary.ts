import path from 'node:path';
import { goTools } from '../go-tools.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';

/**
 * The program that says what Argo CD and Flux see, built from the sources beside this file with the libraries of both.
 * Cold, that takes some minutes on two cores.
 */
export async function gitopsBinary(progress: Progress): Promise<string> {
  const folder = await goTools(
    {
      name: 'gitops',
      module: import.meta.dirname,
      inTheBackground: true,
      build: async (go, into) => {
        await withProgress(progress, 'building what judges as Argo CD and Flux do (minutes, the first time)', () =>
          go('build', '-trimpath', '-o', path.join(into, 'gitops'), '-ldflags', '-s -w', '.'),
        );
      },
    },
    progress,
  );
  return path.join(folder, 'gitops');
}
