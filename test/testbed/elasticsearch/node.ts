import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { constants, existsSync } from 'node:fs';
import path from 'node:path';
import { answers, output } from '../command.ts';
import { freePorts } from '../free-ports.ts';
import { temporaryFolder } from '../leftovers.ts';
import type { Progress } from '../progress.ts';
import { withProgress } from '../progress.ts';
import { ServerProcess } from '../server-process.ts';
import { localCertificate } from './certificate.ts';
import { connectElasticsearch } from './client.ts';
import { distribution, elasticPassword } from './distribution.ts';
import { findJdk } from './jdk.ts';
import type { ElasticsearchOptions, RunningElasticsearch } from '../servers.ts';

/** Elasticsearch refuses to run as root; started by root, it runs as `nobody`. */
const nobody = 65534;
const asNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const isRoot = process.getuid?.() === 0;

/**
 * Starts a single node on a free port of the loopback interface, with security and without fixed users but `elastic`.
 * Ready takes 20 to 35 s on two cores; it takes about 600 MB of memory.
 */
export async function startNativeElasticsearch(
  options: ElasticsearchOptions,
  progress: Progress,
): Promise<RunningElasticsearch> {
  const { version, tls = false, license = 'trial', security = true, dataDir, fullSpeed = false } = options;
  const jdk = findJdk();
  const cachedHome = await distribution(version, jdk, progress);
  const [httpPort = 0, transportPort = 0] = await freePorts(2);
  const port = options.port ?? httpPort;
  const folder = temporaryFolder(`elasticsearch-${version}`);
  const home = await readableHome(cachedHome, path.join(folder.path, 'home'));
  const data = dataDir ?? path.join(folder.path, 'data');
  const config = path.join(folder.path, 'config');
  const own = [data, config, path.join(folder.path, 'tmp'), path.join(folder.path, 'logs')];
  for (const each of [...own, path.join(config, 'jvm.options.d')]) await mkdir(each, { recursive: true });
  const ca = tls ? await writeCertificate(config) : undefined;
  await writeConfig(cachedHome, config, folder.path, [
    `cluster.name: testbed-${version}`,
    'node.name: testbed',
    'discovery.type: single-node',
    'network.host: 127.0.0.1',
    `http.port: ${port}`,
    `transport.port: ${transportPort}`,
    `path.data: ${data}`,
    `path.logs: ${path.join(folder.path, 'logs')}`,
    'cluster.routing.allocation.disk.threshold_enabled: false',
    `xpack.security.enabled: ${security}`,
    'xpack.security.autoconfiguration.enabled: false',
    'xpack.security.enrollment.enabled: false',
    `xpack.security.http.ssl: {enabled: ${tls}${tls ? ', key: http.key, certificate: http.crt' : ''}}`,
    `xpack.license.self_generated.type: ${license}`,
  ]);
  if (isRoot) await giveToNobody(...own);

  const address = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    version,
    username: 'elastic',
    password: elasticPassword,
    ...(ca === undefined ? {} : { ca }),
  };
  const client = connectElasticsearch(address);
  const program = path.join(home, 'bin/elasticsearch');
  const server = new ServerProcess({
    name: `Elasticsearch ${version}`,
    command: isRoot ? 'setpriv' : program,
    args: isRoot ? [...asNobody, program] : [],
    env: environment(folder.path, config, jdk, fullSpeed),
    log: path.join(folder.path, 'console.log'),
    patience: 300,
    ready: async () =>
      (await client.request('GET', '/_cluster/health?wait_for_status=yellow&timeout=1s')).status === 200,
  });
  const dispose = async () => {
    await server.stop(0);
    await client.close();
    await folder.remove();
  };
  try {
    await withProgress(progress, `starting Elasticsearch ${version}`, () => server.start());
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    ...client,
    interrupt: {
      stop: () => server.stop(30_000),
      start: async () => void (await server.start()),
      pause: () => server.pause(),
      resume: () => server.resume(),
    },
    stop: dispose,
  };
}

/** The cache may lie in a home folder that `nobody` cannot enter; then the node runs from a copy. */
async function readableHome(cachedHome: string, copy: string): Promise<string> {
  const canRun = [...asNobody, 'test', '-x', path.join(cachedHome, 'bin/elasticsearch')];
  if (!isRoot || (await answers('setpriv', canRun))) return cachedHome;
  await cp(cachedHome, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await giveToNobody(copy);
  return copy;
}

async function giveToNobody(...folders: string[]): Promise<void> {
  await output('chown', ['-R', `${nobody}:${nobody}`, ...folders]);
}

/** The released JVM options, but for the garbage collector's log and crash files, which would go to the shared home. */
async function writeConfig(home: string, config: string, folder: string, settings: string[]): Promise<void> {
  for (const name of [
    'log4j2.properties',
    'role_mapping.yml',
    'roles.yml',
    'users',
    'users_roles',
    'elasticsearch.keystore',
  ]) {
    const source = path.join(home, 'config', name);
    if (existsSync(source)) await copyFile(source, path.join(config, name));
  }
  const released = await readFile(path.join(home, 'config/jvm.options'), 'utf8');
  const kept = released.split('\n').filter((line) => !/^-Xlog:gc|ErrorFile|HeapDump/.test(line));
  await writeFile(
    path.join(config, 'jvm.options'),
    [...kept, `-XX:ErrorFile=${folder}/logs/hs_err_pid%p.log`, ''].join('\n'),
  );
  await writeFile(path.join(config, 'elasticsearch.yml'), `${settings.join('\n')}\n`);
}

async function writeCertificate(config: string): Promise<string> {
  const { key, certificate } = await localCertificate();
  await writeFile(path.join(config, 'http.key'), key, { mode: 0o600 });
  await writeFile(path.join(config, 'http.crt'), certificate);
  return certificate;
}

/** Options of somebody else's Java programs would reach the node too. A simple compiler makes it start sooner. */
function environment(folder: string, config: string, jdk: string, fullSpeed: boolean): NodeJS.ProcessEnv {
  const { JAVA_HOME: _1, JAVA_OPTS: _2, JAVA_TOOL_OPTIONS: _3, _JAVA_OPTIONS: _4, ...env } = process.env;
  return {
    ...env,
    ES_JAVA_HOME: jdk,
    ES_PATH_CONF: config,
    ES_TMPDIR: path.join(folder, 'tmp'),
    ES_JAVA_OPTS: `-Xms512m -Xmx512m -XX:-AlwaysPreTouch${fullSpeed ? '' : ' -XX:TieredStopAtLevel=1'}`,
  };
}
