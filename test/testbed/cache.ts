import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { removeWhenWeEnd } from './leftovers.ts';
import { identify, isAlive } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Progress } from './progress.ts';

/** What one cached folder is made from. */
export interface CacheEntry {
  readonly name: string;
  /** Everything that its content depends on. */
  readonly from: readonly string[];
  /** Fills an empty folder. */
  readonly make: (folder: string) => Promise<void>;
}

/** The folder for what is slow to make: `beatkeys` under `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'beatkeys');
}

/**
 * The folder with that content, made when it is not there yet. It is made under another name and then renamed, so it
 * is whole whenever it is there; the lock only keeps two runs from doing the same work.
 */
export async function cached(entry: CacheEntry, progress: Progress, root = cacheFolder()): Promise<string> {
  const stamp = createHash('sha256').update(JSON.stringify(entry.from)).digest('hex').slice(0, 16);
  const folder = path.join(root, `${entry.name}-${stamp}`);
  if (existsSync(folder)) return folder;
  mkdirSync(root, { recursive: true });
  const lock = `${folder}.lock`;
  await takeLock(lock, () => progress(`waiting for another run, which is making ${entry.name} …`));
  try {
    if (existsSync(folder)) return folder;
    const making = await mkdtemp(`${folder}.making-`);
    const forget = removeWhenWeEnd(making);
    try {
      await chmod(making, 0o755);
      await entry.make(making);
      await rename(making, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(making, { recursive: true, force: true });
      forget();
    }
    return folder;
  } finally {
    await rm(lock, { force: true });
  }
}

/** Waits until the lock file is ours. One whose process is gone does not count. */
async function takeLock(file: string, waiting: () => void): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      await writeFile(file, JSON.stringify(identify(process.pid)), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!(await isHeld(file))) await rm(file, { force: true });
    else if (round % 75 === 0) waiting();
    await wait(200);
  }
}

/** A lock file that cannot be read is gone, or not written yet; the latter is over within seconds. */
async function isHeld(file: string): Promise<boolean> {
  try {
    return isAlive(JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity);
  } catch {
    const found = await stat(file).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs < 5000;
  }
}
