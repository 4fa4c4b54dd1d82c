import { existsSync } from 'node:fs';
import { readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cached } from './cache.ts';
import { temporaryFolder } from './leftovers.ts';
import { identify } from './process-identity.ts';

let root: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  root = temporaryFolder('cache-test');
});
afterEach(() => root.remove());

/** An entry whose content says how often it was made. */
function entry(stamp: string) {
  let made = 0;
  const make = async (folder: string) => {
    made += 1;
    await writeFile(path.join(folder, 'content'), stamp);
  };
  return { name: 'thing', from: [stamp], make, count: () => made };
}

const quiet = () => {};

describe('the cache', () => {
  test('makes a folder once for two that want it at the same time, and not again', async () => {
    const thing = entry('a');
    const [first, second] = await Promise.all([cached(thing, quiet, root.path), cached(thing, quiet, root.path)]);
    expect(second).toBe(first);
    expect(await cached(thing, quiet, root.path)).toBe(first);
    expect(thing.count()).toBe(1);
    expect(await readFile(path.join(first, 'content'), 'utf8')).toBe('a');
  });

  test('makes another folder from other sources', async () => {
    const folders = [await cached(entry('a'), quiet, root.path), await cached(entry('b'), quiet, root.path)];
    expect(new Set(folders).size).toBe(2);
  });

  test('leaves nothing behind when the making fails, and tries again', async () => {
    const failing = { ...entry('a'), make: () => Promise.reject(new Error('no disk')) };
    await expect(cached(failing, quiet, root.path)).rejects.toThrow('no disk');
    expect(await readdir(root.path)).toEqual([]);
    expect(existsSync(await cached(entry('a'), quiet, root.path))).toBe(true);
  });

  test.for([
    ['of a process that is gone', JSON.stringify({ pid: process.pid, started: 'earlier' })],
    ['that was written only in part long ago', ''],
  ])('does not wait for a lock %s', async ([, content]) => {
    const folder = await cached(entry('a'), quiet, root.path);
    await rm(folder, { recursive: true });
    await writeFile(`${folder}.lock`, content ?? '');
    await utimes(`${folder}.lock`, 0, 0);
    expect(await cached(entry('a'), quiet, root.path)).toBe(folder);
  });

  test('waits for a lock of a process that lives', async () => {
    const folder = await cached(entry('a'), quiet, root.path);
    await rm(folder, { recursive: true });
    await writeFile(`${folder}.lock`, JSON.stringify(identify(process.pid)));
    const told = Promise.withResolvers<string>();
    const waiting = cached(entry('a'), told.resolve, root.path);
    expect(await told.promise).toContain('waiting for another run');
    await rm(`${folder}.lock`);
    expect(await waiting).toBe(folder);
  });
});
