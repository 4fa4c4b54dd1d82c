import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cached } from './cache.ts';
import { answers, output } from './command.ts';
import { withProgress, type Progress } from './progress.ts';

/** The programs of Prometheus. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Those on PATH, or else those of Debian's package, which is fetched once (20 MB) and unpacked, not installed. Throws where
 * there are neither.
 */
export async function prometheusPrograms(progress: Progress): Promise<PrometheusPrograms> {
  if ((await answers('prometheus', ['--version'])) && (await answers('promtool', ['--version'])))
    return { prometheus: 'prometheus', promtool: 'promtool' };
  if (!(await answers('apt-get', ['--version'])))
    throw new Error('prometheus and promtool are missing: install Prometheus, so that both are on PATH');
  const folder = await cached(
    {
      name: 'prometheus',
      from: [await readFile('/etc/os-release', 'utf8'), process.arch],
      make: (into) =>
        withProgress(progress, "fetching Debian's package of Prometheus (20 MB, the first time)", () => unpack(into)),
    },
    progress,
  );
  return { prometheus: path.join(folder, 'usr/bin/prometheus'), promtool: path.join(folder, 'usr/bin/promtool') };
}

async function unpack(folder: string): Promise<void> {
  const package_ = await download(folder, []).catch(async () => {
    // The machine's own lists may be missing, or older than what the mirror has: those of a folder of our own are not.
    const lists = path.join(folder, 'lists');
    await mkdir(path.join(lists, 'partial'), { recursive: true });
    const options = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${path.join(folder, 'cache')}`];
    await output('apt-get', [...options, 'update'], { long: true });
    return download(folder, options);
  });
  await output('dpkg-deb', ['-x', package_, folder]);
  for (const name of ['lists', 'cache', path.basename(package_)])
    await rm(path.join(folder, name), { recursive: true, force: true });
}

/** The path of the package. */
async function download(folder: string, options: readonly string[]): Promise<string> {
  // apt-get gives up root's rights for what it fetches, and says so; the folder is only ours.
  const asWeAre = ['-o', 'APT::Sandbox::User='];
  await output('apt-get', [...asWeAre, ...options, 'download', 'prometheus'], { cwd: folder, long: true });
  const name = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (name === undefined) throw new Error('apt-get download prometheus left no package');
  return path.join(folder, name);
}
