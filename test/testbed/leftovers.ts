import { spawn } from 'node:child_process';
import { mkdtempSync, chmodSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from './process-identity.ts';

let watchdog: ReturnType<typeof startWatchdog> | undefined;

/** Has the process group killed when this process ends in whatever way, SIGKILL included. Returns how to call that off. */
export function killWhenWeEnd({ pid, started }: ProcessIdentity): () => void {
  return tell(`process ${pid} ${started}`);
}

/** Has a folder removed when this process ends in whatever way. Returns how to call that off. */
export function removeWhenWeEnd(folder: string): () => void {
  return tell(`folder ${folder}`);
}

/** A folder for one run, which any user may enter, removed by `remove` or when this process ends. */
export function temporaryFolder(name: string): { path: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(path.join(tmpdir(), `beatkeys-${name}-`));
  chmodSync(folder, 0o755);
  const forget = removeWhenWeEnd(folder);
  return {
    path: folder,
    remove: async () => {
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      forget();
    },
  };
}

function tell(line: string): () => void {
  watchdog ??= startWatchdog();
  const { stdin } = watchdog;
  stdin.write(`${line}\n`);
  return () => void stdin.write(`forget ${line}\n`);
}

/** Detached, so that a Ctrl-C in the terminal reaches us and not it. */
function startWatchdog() {
  const program = fileURLToPath(new URL('watchdog.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
