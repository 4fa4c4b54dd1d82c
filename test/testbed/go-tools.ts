import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from './cache.ts';
import { output } from './command.ts';
import type { Progress } from './progress.ts';

/** Runs `go` with these arguments, to its end; gives its output. */
export type Go = (...args: readonly string[]) => Promise<string>;

/** Programs that the `tool` lines of a go.mod name. */
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

/** The folder with the programs: built when go.mod, go.sum or Go are others than those of the last build. */
export async function goTools(
  { name, module, inTheBackground = false, build }: GoTools,
  progress: Progress,
): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
  const go: Go = (...args) => output('go', args, { cwd: module, env, long: true, lowPriority: inTheBackground });
  return cached(
    {
      name,
      from: [
        await readFile(path.join(module, 'go.mod'), 'utf8'),
        await readFile(path.join(module, 'go.sum'), 'utf8'),
        await go('env', 'GOVERSION', 'GOOS', 'GOARCH'),
      ],
      make: (folder) => build(go, folder),
    },
    progress,
  );
}
