import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { identify, isAlive, signalGroup } from './process-identity.ts';

function idle() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  return { child, ended: once(child, 'exit'), identity: identify(child.pid ?? 0)! };
}

describe('a process', () => {
  test('is itself until it has ended', async () => {
    const { child, ended, identity } = idle();
    expect(identity.pid).toBe(child.pid);
    expect(isAlive(identity)).toBe(true);
    signalGroup(identity, 'SIGKILL');
    await ended;
    expect(isAlive(identity)).toBe(false);
    expect(identify(identity.pid)).toBeUndefined();
  });

  test('that got the number of an earlier one is not taken for it, and gets no signal', async () => {
    const { ended, identity } = idle();
    const earlier = { pid: identity.pid, started: 'earlier' };
    expect(isAlive(earlier)).toBe(false);
    signalGroup(earlier, 'SIGKILL');
    expect(isAlive(identity)).toBe(true);
    signalGroup(identity, 'SIGKILL');
    await ended;
  });
});
