import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { cached, cacheFolder } from './cache.ts';
import { withGo, type Go } from './go.ts';
import type { Progress } from './progress.ts';

/** Programs that the `tool` lines of a go.mod name, or that are written beside it. */
export interface GoTools {
  /** What the cache calls them. */
  readonly name: string;
  /** The folder with go.mod and go.sum. */
  readonly module: string;
  /** Whether everything else on this machine goes before the build. */
  readonly inTheBackground?: boolean;
  /** Builds them into a folder. */
  readonly build: (go: Go, into: string) => Promise<void>;
}

/** The folder with the programs: built when go.mod, go.sum, sources beside them or Go are others than last time. */
export async function goTools(
  { name, module, inTheBackground = false, build }: GoTools,
  progress: Progress,
): Promise<string> {
  const into = cacheFolder();
  await mkdir(into, { recursive: true });
  return withGo({ module, into, inTheBackground }, async (go) =>
    cached(
      {
        name,
        from: [
          await readFile(path.join(module, 'go.mod'), 'utf8'),
          await readFile(path.join(module, 'go.sum'), 'utf8'),
          await go('env', 'GOVERSION', 'GOOS', 'GOARCH'),
          ...(await sources(module)),
        ],
        make: (folder) => build(go, folder),
      },
      progress,
      into,
    ),
  );
}

async function sources(module: string): Promise<readonly string[]> {
  const names = (await readdir(module)).filter((name) => name.endsWith('.go')).toSorted();
  return Promise.all(names.map((name) => readFile(path.join(module, name), 'utf8')));
}
