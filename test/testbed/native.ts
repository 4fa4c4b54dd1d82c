import { answers } from './command.ts';
import { elasticsearchVersions } from './elasticsearch/releases.ts';
import { findJdk } from './elasticsearch/jdk.ts';
import { startNativeElasticsearch } from './elasticsearch/node.ts';
import { startNativeControlPlane, startNativeNewestApiServer } from './kubernetes/control-plane.ts';
import type { Provider } from './servers.ts';

/** The real servers as processes of this machine, without containers: built with Go, fetched with Maven. */
export const native: Provider = {
  name: 'native',
  versions: () => Promise.resolve(elasticsearchVersions),
  missing: async () => {
    const sentences: string[] = [];
    if (!process.env['KUBEBUILDER_ASSETS'] && !(await answers('go', ['version']))) {
      sentences.push('Go is missing: install Go 1.26 or newer, so that `go` is on PATH.');
    }
    if (!(await answers('mvn', ['--version']))) {
      sentences.push('Maven is missing: install it, so that `mvn` is on PATH.');
    }
    try {
      findJdk();
    } catch (error) {
      sentences.push((error as Error).message);
    }
    return sentences;
  },
  startControlPlane: startNativeControlPlane,
  // Whoever names builds of his own means those.
  ...(process.env['KUBEBUILDER_ASSETS'] ? {} : { startNewestApiServer: startNativeNewestApiServer }),
  startElasticsearch: startNativeElasticsearch,
};
