/**
 * The servers of the tests, for a developer's own use.
 *
 *     npm run testbed                      until Ctrl-C, and shows what to export
 *     npm run testbed -- --env FILE        writes that to a file, too
 *     npm run testbed -- --crds FOLDER     with CustomResourceDefinitions
 *     npm run testbed -- run COMMAND ...   runs one command with these variables, then stops
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { coordinatesVariable, writeCoordinates } from '../test/testbed/coordinates-file.ts';
import { chooseProvider, startTestbed } from '../test/testbed/testbed.ts';
import type { Coordinates } from '../test/testbed/testbed.ts';

const args = process.argv.slice(2);
const runAt = args.indexOf('run');
const command = runAt === -1 ? [] : args.slice(runAt + 1);
const { values } = parseArgs({
  args: runAt === -1 ? args : args.slice(0, runAt),
  options: { env: { type: 'string' }, crds: { type: 'string' } },
});

const progress = (line: string) => console.error(line);
const testbed = await startTestbed(
  await chooseProvider(progress),
  values.crds === undefined ? {} : { crds: values.crds },
  progress,
);
const variables = environment(testbed.coordinates);
const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
if (values.env !== undefined) writeFileSync(values.env, exports.join(''), { mode: 0o600 });
if (command.length > 0) process.exitCode = await run(command, variables);
else {
  console.log(exports.join(''));
  console.error('Everything runs. Ctrl-C stops it.');
  await untilStopped();
}
await testbed.stop();

/** For kubectl, curl and scripts; `BEATKEYS_TESTBED` makes the project's own tests use these servers. */
function environment({ controlPlane, elasticsearch }: Coordinates): Record<string, string> {
  const file = writeCoordinates({ controlPlane, elasticsearch });
  const perNode = elasticsearch.flatMap(({ url, version, ca }) => {
    const name = `ES${version.split('.')[0]}`;
    if (ca === undefined) return [[`${name}_URL`, url]];
    const caFile = path.join(path.dirname(file), `${name.toLowerCase()}-ca.crt`);
    writeFileSync(caFile, ca);
    return [
      [`${name}_URL`, url],
      [`${name}_CA`, caFile],
    ];
  });
  return {
    [coordinatesVariable]: file,
    KUBECONFIG: controlPlane.kubeconfig,
    KUBECTL: controlPlane.kubectlPath,
    HELM: controlPlane.helmPath,
    ES_USERNAME: elasticsearch[0]?.username ?? '',
    ES_PASSWORD: elasticsearch[0]?.password ?? '',
    ...(Object.fromEntries(perNode) as Record<string, string>),
  };
}

async function run([program = '', ...rest]: string[], variables: Record<string, string>): Promise<number> {
  const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, ...variables } });
  // The command gets the terminal's Ctrl-C as well, ends, and then we stop the servers.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill());
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function untilStopped(): Promise<void> {
  // Signals alone do not keep a process alive.
  const timer = setInterval(() => {}, 2 ** 30);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  clearInterval(timer);
}
