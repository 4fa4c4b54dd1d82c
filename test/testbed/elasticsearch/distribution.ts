import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from '../cache.ts';
import { output } from '../command.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { release } from './releases.ts';

const here = import.meta.dirname;

/** The password of the built-in user `elastic` on every node that the test bed starts. */
export const elasticPassword = 'testbed-elastic';

/**
 * The folder of an unpacked Elasticsearch with the plug-in of plugin/ and a keystore that holds {@link elasticPassword}
 * under config/. About 130 MB are fetched the first time.
 */
export async function distribution(version: string, jdk: string, progress: Progress): Promise<string> {
  const pom = path.join(here, 'pom.xml');
  const sources = await pluginSources(version);
  return cached(
    {
      name: `elasticsearch-${version}`,
      from: [elasticPassword, ...(await Promise.all([pom, ...sources].map((file) => readFile(file, 'utf8'))))],
      make: (folder) =>
        withProgress(progress, `fetching Elasticsearch ${version} (about 130 MB, the first time)`, async () => {
          await output(
            'mvn',
            ['-q', '-B', '-f', pom, 'generate-resources', `-Des.version=${version}`, `-Des.dist=${folder}`],
            {
              env: { ...process.env, JAVA_HOME: jdk },
              long: true,
            },
          );
          await flatten(folder, `elasticsearch-${version}`);
          await buildPlugin(folder, version, jdk, sources);
          await createKeystore(folder, jdk);
        }),
    },
    progress,
  );
}

async function pluginSources(version: string): Promise<string[]> {
  const folders = ['common', release(version).plugin].map((name) => path.join(here, 'plugin', name));
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => path.join(folder, name))),
  );
  return files.flat().filter((file) => file.endsWith('.java'));
}

async function flatten(folder: string, inner: string): Promise<void> {
  for (const name of await readdir(path.join(folder, inner))) {
    await rename(path.join(folder, inner, name), path.join(folder, name));
  }
  await rm(path.join(folder, inner), { recursive: true });
  await rm(path.join(folder, '.markers'), { recursive: true, force: true });
}

/** Compiles the plug-in against the node's own jars; a plug-in is a folder with its jar and a descriptor. */
async function buildPlugin(home: string, version: string, jdk: string, sources: string[]): Promise<void> {
  const plugin = path.join(home, 'plugins/testbed');
  const classes = path.join(home, 'testbed-classes');
  const { java } = release(version);
  await mkdir(plugin, { recursive: true });
  const compile = ['--release', String(java), '-nowarn', '-proc:none', '-cp', `${home}/lib/*`, '-d', classes];
  await output(path.join(jdk, 'bin/javac'), [...compile, ...sources]);
  await output(path.join(jdk, 'bin/jar'), ['--create', '--file', `${plugin}/testbed.jar`, '-C', classes, '.']);
  await rm(classes, { recursive: true });
  await writeFile(
    path.join(plugin, 'plugin-descriptor.properties'),
    `description=GET / and the email analyzer of the security index, without the modules of a full download
version=1
name=testbed
classname=local.testbed.TestbedPlugin
java.version=${java}
elasticsearch.version=${version}
`,
  );
}

async function createKeystore(home: string, jdk: string): Promise<void> {
  const env = { ...process.env, ES_JAVA_HOME: jdk };
  const keystore = (args: string[], input = '') =>
    output(path.join(home, 'bin/elasticsearch-keystore'), args, { env, input });
  await keystore(['create', '-s']);
  await keystore(['add', '-x', '-s', 'bootstrap.password'], elasticPassword);
}
