import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A test run in small: a server that ends for no polite signal, and a folder. */
const run = `
  import path from 'node:path';
  import { temporaryFolder } from './leftovers.ts';
  import { ServerProcess } from './server-process.ts';
  import { identify } from './process-identity.ts';
  const folder = temporaryFolder('leftovers-test');
  const stubborn = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)";
  const log = path.join(folder.path, 'log');
  const { readFileSync } = await import('node:fs');
  const pid = () => Number(readFileSync(log, 'utf8'));
  const server = new ServerProcess({ name: 'stubborn', command: process.execPath, args: ['-e', stubborn], log, ready: async () => pid() > 0 });
  await server.start();
  console.log(JSON.stringify({ folder: folder.path, server: identify(pid()) }));
  process.stdin.on('data', async (line) => {
    if (String(line).startsWith('stop')) { await server.stop(50); await folder.remove(); process.exit(0); }
    throw new Error('planted');
  });
`;

async function startRun() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', run], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { folder, server } = JSON.parse(line) as { folder: string; server: ProcessIdentity };
  return { child, ended, folder, server };
}

test.for([
  ['stops its servers', (child) => child.stdin.write('stop\n')],
  ['is killed', (child) => child.kill('SIGKILL')],
  ['is interrupted', (child) => child.kill('SIGINT')],
  ['is terminated', (child) => child.kill('SIGTERM')],
  ['throws', (child) => child.stdin.write('throw\n')],
] satisfies [string, (child: Awaited<ReturnType<typeof startRun>>['child']) => unknown][])(
  'a run that %s leaves neither a process nor a folder',
  async ([, end]) => {
    const { child, ended, folder, server } = await startRun();
    expect(isAlive(server)).toBe(true);
    expect(existsSync(folder)).toBe(true);
    end(child);
    await ended;
    // The watchdog is nobody's child by now, so there is no event to wait for.
    while (isAlive(server) || existsSync(folder)) await wait(20);
  },
);
