import { goTools } from '../go-tools.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';

/**
 * The folder with real `filebeat` and `heartbeat`, built from the Go modules that go.mod beside this file names: 7.17,
 * the newest that are published as Go modules. Cold, that takes five minutes on two cores and needs nothing but Go.
 */
export async function beatsBinaries(progress: Progress): Promise<string> {
  return goTools(
    {
      name: 'beats',
      module: import.meta.dirname,
      inTheBackground: true,
      build: async (go, folder) => {
        const version = (await go('list', '-m', '-f', '{{.Version}}', 'github.com/elastic/beats/v7')).trim();
        await withProgress(progress, `building Filebeat and Heartbeat ${version} (minutes, the first time)`, () =>
          go('build', '-trimpath', '-o', `${folder}/`, '-ldflags', '-s -w', 'tool'),
        );
      },
    },
    progress,
  );
}
