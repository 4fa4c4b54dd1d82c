import { chmod, copyFile, cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { answers, output } from '../../test/testbed/command.ts';
import { temporaryFolder } from '../../test/testbed/leftovers.ts';
import { withProgress, type Progress } from '../../test/testbed/progress.ts';

/** Both bases by their names at the engine, where they stay; `docker rmi` removes them. */
export const OFFLINE_BASES = { build: 'beatkeys-base:build', runtime: 'beatkeys-base:runtime' } as const;

const SUITE = 'bookworm';
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';
/** Of the user `nonroot` in distroless images (github.com/GoogleContainerTools/distroless, base). */
const NONROOT = 65_532;

/**
 * Makes what the Dockerfile builds upon, where no registry of images can be reached: Debian by debootstrap with this Node and
 * this npm, and, in the manner of distroless, that Node with the libraries that it loads and nothing else. Does nothing for
 * bases that are there. Needs root, debootstrap and Debian's mirror; throws without.
 */
export async function importBases(engine: string, progress: Progress): Promise<void> {
  const isThere = async (name: string) => answers(engine, ['image', 'inspect', name]);
  if ((await isThere(OFFLINE_BASES.build)) && (await isThere(OFFLINE_BASES.runtime))) return;
  const folder = temporaryFolder('image-base');
  try {
    const debian = path.join(folder.path, 'build');
    const runtime = path.join(folder.path, 'runtime');
    const include = '--include=ca-certificates,libstdc++6';
    await withProgress(progress, `debootstrap ${SUITE}`, () =>
      output('debootstrap', ['--variant=minbase', include, SUITE, debian], { long: true }),
    );
    await addNodeAndNpm(debian);
    await makeRuntime(debian, runtime);
    await trustAsHere(debian);
    await importFolder(engine, debian, OFFLINE_BASES.build, [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      `ENV NODE_EXTRA_CA_CERTS=/${CERTIFICATES}`,
    ]);
    await importFolder(engine, runtime, OFFLINE_BASES.runtime, [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `USER ${NONROOT}`,
      'ENTRYPOINT ["/nodejs/bin/node"]',
    ]);
  } finally {
    await folder.remove();
  }
}

async function addNodeAndNpm(debian: string): Promise<void> {
  const bin = path.join(debian, 'usr/local/bin');
  const npm = path.dirname(path.dirname(await npmProgram()));
  await copyFile(process.execPath, path.join(bin, 'node'));
  await cp(npm, path.join(debian, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(bin, 'npm'));
}

/** npm asks its registry from within the container, maybe by way of a proxy that only this machine trusts. */
async function trustAsHere(debian: string): Promise<void> {
  const trusted = process.env['NODE_EXTRA_CA_CERTS'];
  if (trusted !== undefined) await copyFile(trusted, path.join(debian, CERTIFICATES));
}

/** The npm that runs this, as `npm run` says. */
async function npmProgram(): Promise<string> {
  const program = process.env['npm_execpath'];
  if (program?.endsWith('npm-cli.js') !== true) throw new Error('run this by `npm run image`: its npm becomes a part');
  return realpath(program);
}

async function makeRuntime(debian: string, runtime: string): Promise<void> {
  const put = async (from: string, to: string) => {
    const target = path.join(runtime, to);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(from, target);
  };
  for (const library of await librariesOfNode(debian)) await put(path.join(debian, library), library);
  await put(process.execPath, 'nodejs/bin/node');
  await put(path.join(debian, CERTIFICATES), CERTIFICATES);
  const files = {
    'etc/passwd': `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/sbin/nologin\n`,
    'etc/group': `root:x:0:\nnonroot:x:${NONROOT}:\n`,
    'etc/nsswitch.conf': 'hosts: files dns\n',
  };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(runtime, file), text);
  await mkdir(path.join(runtime, 'tmp'));
  await chmod(path.join(runtime, 'tmp'), 0o1777);
}

/** What the loader of the Debian in that folder opens for Node (ldd(1)), loader included. */
async function librariesOfNode(debian: string): Promise<readonly string[]> {
  const text = await output('chroot', [debian, 'ldd', '/usr/local/bin/node']);
  return [...text.matchAll(/(?<file>\/\S+) \(0x/g)].map(({ groups }) => groups?.['file'] ?? '');
}

async function importFolder(engine: string, folder: string, name: string, changes: readonly string[]): Promise<void> {
  const archive = `${folder}.tar`;
  await output('tar', ['-C', folder, '-cf', archive, '.'], { long: true });
  const options = changes.flatMap((change) => ['--change', change]);
  await output(engine, ['import', ...options, archive, name], { long: true });
}
