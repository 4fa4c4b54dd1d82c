import { rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { goTools } from '../go-tools.ts';
import type { Go } from '../go.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const versionPackage = 'k8s.io/component-base/version';

/**
 * The folder with etcd, kube-apiserver, kube-controller-manager and kube-scheduler: `KUBEBUILDER_ASSETS` when it is
 * set, else built from the Go modules that go.mod beside this file names. Cold, that takes about eight minutes on two
 * cores, 600 MB of modules and 350 MB of output.
 */
export async function controlPlaneBinaries(progress: Progress): Promise<string> {
  const given = process.env['KUBEBUILDER_ASSETS'];
  if (given !== undefined && given !== '') {
    const missing = programs.filter((program) => !existsSync(path.join(given, program)));
    if (missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS names a folder without ${missing.join(', ')}.`);
    return given;
  }
  return goTools(
    {
      name: 'control-plane',
      module: import.meta.dirname,
      build: async (go, folder) => {
        await buildKubernetes(go, folder, progress, 'etcd and Kubernetes');
        await rename(path.join(folder, 'server'), path.join(folder, 'etcd'));
      },
    },
    progress,
  );
}

/**
 * The path of kube-apiserver of the newest Kubernetes, built from the Go modules that newest/go.mod names. Cold, that
 * takes about six minutes on two cores, 500 MB of modules and 100 MB of output.
 */
export async function newestApiServer(progress: Progress): Promise<string> {
  const folder = await goTools(
    {
      name: 'newest-api-server',
      module: path.join(import.meta.dirname, 'newest'),
      inTheBackground: true,
      build: (go, into) => buildKubernetes(go, into, progress, 'the API server of Kubernetes'),
    },
    progress,
  );
  return path.join(folder, 'kube-apiserver');
}

async function buildKubernetes(go: Go, folder: string, progress: Progress, what: string): Promise<void> {
  const version = (await go('list', '-m', '-f', '{{.Version}}', 'k8s.io/kubernetes')).trim();
  await withProgress(progress, `building ${what} ${version} (minutes, the first time)`, async () => {
    await go('build', '-trimpath', '-o', `${folder}/`, '-ldflags', linkerFlags(version), 'tool');
  });
}

/** Without these, a server calls itself v0.0.0-master and clients refuse it or warn. */
function linkerFlags(version: string): string {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const set = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'archive' };
  return ['-s -w', ...Object.entries(set).map(([name, value]) => `-X ${versionPackage}.${name}=${value}`)].join(' ');
}
