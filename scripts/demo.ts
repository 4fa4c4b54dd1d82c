/**
 * `npm run demo`: Beatkeys on real servers of this machine, as a short story. See `--help`.
 */
import { copyFileSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../test/testbed/leftovers.ts';
import { createOperatorUser, installCommand, putBook } from './demo/operator-user.ts';
import { startOperator } from './demo/operator.ts';
import { startServers } from './demo/servers.ts';
import type { Servers } from './demo/servers.ts';
import { Shell } from './demo/shell.ts';
import { Stage } from './demo/stage.ts';
import { applyExamples, connect, deleteKey, rotateKey, showSecret, tryKeys, widenKey } from './demo/story.ts';
import type { Scene } from './demo/story.ts';
import { readyTable } from './demo/ready-table.ts';
import { heading, say, styled } from './demo/terminal.ts';

const help = `Usage: npm run demo [-- --keep]

Starts a Kubernetes control plane and Elasticsearch on this machine, runs the operator from its source, and shows what
it does with the manifests of examples/: keys, Secrets, an edit, a rotation and a deletion. Takes about a minute once
the servers are built and fetched, which happens the first time. Nothing is left behind.

  --keep   stay up at the end, to play with it, until Ctrl-C
  --help   this text`;

const start = performance.now();
const wanted = options();
if (wanted === undefined || wanted.help === true) {
  say(help);
  process.exitCode = wanted === undefined ? 2 : 0;
} else process.exit(await demo(wanted.keep === true));

/** The command line; `undefined` where it cannot be read. */
function options() {
  try {
    return parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch {
    return undefined;
  }
}

/** Plays the demo and takes everything down; resolves with the exit code. */
async function demo(keep: boolean): Promise<number> {
  const stage = new Stage();
  const folder = temporaryFolder('demo');
  stage.up(() => folder.remove());
  const log = path.join(folder.path, 'operator.log');
  let code = 0;
  try {
    await play(stage, folder.path, log, keep);
  } catch (error) {
    code = report(error, stage.signal.aborted, log);
  }
  await stage.clear();
  if (code === 0)
    say(`\nStopped and tidied up${keep ? '' : `; the demo took ${Math.round((performance.now() - start) / 1000)} s`}.`);
  return code;
}

async function play(stage: Stage, folder: string, log: string, keep: boolean): Promise<void> {
  say('Beatkeys on real servers of this machine. Every command below is the one that runs.');
  heading('The servers and the operator');
  installCommand(folder);
  const servers = await stage.until(
    startServers(stage, folder, async (plane) => {
      await shellOf(stage, plane, folder).run('kubectl apply -f examples/00-namespaces.yaml');
      await startOperator(stage, plane.kubeconfig, log);
    }),
  );
  const { plane, elasticsearch, caFile } = servers;

  heading('A user for the operator');
  const books = ['books', 'books-archive'].map((index) => putBook(elasticsearch, index));
  const shell = shellOf(stage, plane, folder, { ES_PASSWORD: elasticsearch.password });
  const scene: Scene = { shell, elasticsearch, signal: stage.signal };
  await stage.until(createOperatorUser(shell, elasticsearch, caFile));
  await shell.run(`kubectl create configmap elasticsearch-ca -n beatkeys-system --from-file=ca.crt=${caFile}`);
  await stage.until(Promise.all(books));
  for (const act of [connect, applyExamples, showSecret, tryKeys, widenKey, rotateKey, deleteKey]) {
    await stage.until(act(scene));
  }
  if (!keep) return;
  await shell.run('kubectl apply -f examples/packetbeat.yaml');
  await readyTable(shell, stage.signal);
  invite(servers, log);
  await stage.stopAsked();
}

function shellOf(stage: Stage, plane: Servers['plane'], folder: string, env: Record<string, string> = {}): Shell {
  const { kubeconfig: KUBECONFIG, kubectlPath: kubectl } = plane;
  const KUBECACHEDIR = path.join(folder, 'kubectl');
  const commands = [path.dirname(kubectl), path.join(folder, 'bin')];
  return new Shell({ commands, env: { KUBECONFIG, KUBECACHEDIR, ...env }, signal: stage.signal });
}

/** What somebody needs who wants to play with it. */
function invite({ plane, elasticsearch, caFile }: Servers, log: string): void {
  heading('Yours, until Ctrl-C');
  const { url, username, password } = elasticsearch;
  say(`In another terminal:\n
export KUBECONFIG=${plane.kubeconfig}
${plane.kubectlPath} get beatkeys -A
curl --cacert ${caFile} -u ${username}:${password} '${url}/_security/api_key?pretty'\n
kubectl          ${plane.kubectlPath}
Elasticsearch    ${url}, certificate authority ${caFile}
administrator    ${username}, password ${password}
operator's log   ${log}`);
}

/** Says why the demo ended before its time, and where the operator's log is kept. Returns the exit code. */
function report(error: unknown, interrupted: boolean, log: string): number {
  if (interrupted) {
    say('\nInterrupted; stopping everything …');
    return 130;
  }
  console.error(`\n${styled('red', 'The demo failed:')} ${error instanceof Error ? error.message : String(error)}`);
  if (existsSync(log)) {
    const kept = path.join(mkdtempSync(path.join(tmpdir(), 'beatkeys-demo-failed-')), 'operator.log');
    copyFileSync(log, kept);
    console.error(`The operator's log is kept in ${kept}`);
  }
  return 1;
}
