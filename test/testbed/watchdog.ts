/**
 * A program that outlives the process which started it by a moment, however that one ended: it holds the other end of
 * its standard input, and when that closes it kills the servers and removes the folders it was told of.
 *
 * Lines read: `process PID STARTED`, `folder PATH`, and the same after `forget `.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { signalGroup } from './process-identity.ts';

const told = new Set<string>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('forget ')) told.delete(line.slice('forget '.length));
  else told.add(line);
});
lines.on('close', () => {
  for (const line of told) {
    const [kind, pid, ...started] = line.split(' ');
    if (kind === 'process') signalGroup({ pid: Number(pid), started: started.join(' ') }, 'SIGKILL');
  }
  for (const line of told) {
    if (line.startsWith('folder ')) {
      rmSync(line.slice('folder '.length), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
});
