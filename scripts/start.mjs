// The entry of every npm script: `node scripts/start.mjs COMMAND ...` runs scripts/COMMAND.ts on a Node that can and with
// the project's packages installed. It runs itself on Node 20 with nothing installed, so it is JavaScript.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const scripts = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(scripts);
const [command, ...args] = process.argv.slice(2);

const known = readdirSync(scripts).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
if (!known.includes(`${command}.ts`)) {
  fail(`Usage: node scripts/start.mjs ${known.map((name) => name.slice(0, -3)).join('|')} [ARGUMENT ...]`);
}
const node = await suitableNode();
await install(root, node, 'installing the packages');
hand(node, [path.join(scripts, `${command}.ts`), ...args]);

/** This Node when it is what scripts and tests are written for, else Node 24 out of an npm package. */
async function suitableNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    fail(`Node ${process.versions.node} is too old: install Node 24 or newer, for example from nodejs.org.`);
  }
  const folder = path.join(scripts, 'node24');
  await install(folder, process.execPath, `fetching Node 24, because Node ${process.versions.node} is too old`);
  return path.join(folder, `node_modules/node-linux-${process.arch}/bin/node`);
}

/** `npm ci` in a folder, unless a stamp in its node_modules says that this was done with the same lock file. */
async function install(folder, withNode, what) {
  const lock = readFileSync(path.join(folder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
  const stamp = path.join(folder, 'node_modules/.beatkeys-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { code, output } = await withElapsed(what, npm(['ci', '--loglevel=error', '--no-progress'], folder, withNode));
  if (code !== 0) fail(`${output}\nnpm could not install the packages of ${folder}; its message is above.`);
  writeFileSync(stamp, wanted);
}

/** Runs npm to its end: the npm that runs us, if one does. */
function npm(npmArgs, cwd, withNode) {
  const running = process.env.npm_execpath;
  const [program, first] = running?.endsWith('npm-cli.js') ? [withNode, [running]] : ['npm', []];
  const child = spawn(program, [...first, ...npmArgs], { cwd, env: environment(withNode), stdio: 'pipe' });
  const chunks = [];
  child.stdin.end();
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('error', () => fail('npm is missing: install it together with Node, so that `npm` is on PATH.'));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString().trim() }));
  });
}

/** Runs the command in our place: its exit code is ours, and signals to us go to it. */
function hand(program, programArgs) {
  const child = spawn(program, programArgs, { stdio: 'inherit', env: environment(program) });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    // A terminal sends Ctrl-C to the whole group, so the child has it already.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => fail(`${program} cannot be run: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

/** Ours, with the commands of the project's packages and that Node first on PATH. */
function environment(withNode) {
  const first = [path.join(root, 'node_modules/.bin'), path.dirname(withNode)];
  return { ...process.env, PATH: [...first, process.env.PATH].join(path.delimiter) };
}

async function withElapsed(what, work) {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  console.error(`${what} …`);
  const timer = setInterval(() => console.error(`${what} … ${seconds()}`), 10_000);
  const result = await work;
  clearInterval(timer);
  console.error(`${what}: ${seconds()}`);
  return result;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
