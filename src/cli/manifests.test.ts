import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/testbed/leftovers.ts';
import { parseManifests, readManifests } from './manifests.ts';
import { UsageError } from './terminal.ts';

const folder = temporaryFolder('manifests');
afterAll(() => folder.remove());

const values = async (text: string): Promise<readonly unknown[]> =>
  (await parseManifests('f', text)).manifests.map(({ value }) => value);

describe('a text', () => {
  test('is documents, those that are empty left out but counted', async () => {
    const { manifests } = await parseManifests('f.yaml', 'a: 1\n---\n# nothing\n---\nb: 2\n');
    expect(manifests).toEqual([
      { place: 'f.yaml, document 1', value: { a: 1 } },
      { place: 'f.yaml, document 3', value: { b: 2 } },
    ]);
  });

  test('may be JSON, and a list is taken apart', async () => {
    const { manifests } = await parseManifests('f', '{"apiVersion":"v1","kind":"List","items":[{"a":1},{"a":2}]}');
    expect(manifests).toEqual([
      { place: 'f, document 1, item 1', value: { a: 1 } },
      { place: 'f, document 1, item 2', value: { a: 2 } },
    ]);
  });

  test('means to us what it means to kubectl', async () => {
    const text = 'times: 2026-11-22\nclock: 12:30:00\nswitch: on\nmode: 0644\nmerged: {<<: {a: 1}}\n';
    expect(await values(text)).toEqual([
      { times: '2026-11-22', clock: '12:30:00', switch: true, mode: 420, merged: { a: 1 } },
    ]);
  });

  test.for<readonly [string, string, RegExp]>([
    ['a key twice', 'password: hunter2\npassword: hunter2\n', /^Map keys must be unique at line 4, column 1$/],
    ['a bracket left open', 'password: [hunter2\n', /^Flow sequence .* at line \d+, column \d+$/],
  ])('with %s is refused, and no line of it is shown', async ([, text, message]) => {
    const { manifests, complaints } = await parseManifests('f', `ok: 1\n---\n${text}`);
    expect(manifests).toHaveLength(1);
    expect(complaints).toEqual([{ place: 'f, document 2', message: expect.stringMatching(message) as unknown }]);
  });

  test('that grows beyond measure when aliases are followed is refused', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const name of 'bcdef') {
      const before = String.fromCharCode(name.charCodeAt(0) - 1);
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
    }
    const { complaints } = await parseManifests('f', bomb.join('\n'));
    expect(complaints).toEqual([{ place: 'f, document 1', message: 'has too many aliases' }]);
  });
});

describe('names', () => {
  const none = { read: async () => '' };

  test('are files, folders and standard input, each once', async () => {
    await mkdir(path.join(folder.path, 'some'));
    await writeFile(path.join(folder.path, 'some/b.yaml'), 'b: 1');
    await writeFile(path.join(folder.path, 'some/a.json'), '{"a":1}');
    await writeFile(path.join(folder.path, 'some/README.md'), '# no manifest');
    const some = path.join(folder.path, 'some');
    const { manifests } = await readManifests([some, some, '-'], { read: async () => 'c: 1' });
    expect(manifests.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 1 }, { c: 1 }]);
    expect(manifests.at(-1)?.place).toBe('standard input, document 1');
  });

  test('that lead nowhere are a wrong usage', async () => {
    await expect(readManifests([path.join(folder.path, 'none.yaml')], none)).rejects.toThrow(UsageError);
  });
});
