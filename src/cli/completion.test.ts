import { expect, test } from 'vitest';
import { runCommand } from '../../test/contract/command-terminal.ts';
import { valueIn } from './completion.ts';

/** What is offered for the last word, where no server has to be asked. */
const offered = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { out } = await runCommand(['__complete', '--', ...words]);
  return out.split('\n').filter((line) => line !== '');
};

test('commands are offered, and not the hidden one', async () => {
  expect(await offered('re')).toEqual(['render', 'revoke']);
  expect(await offered('_')).toEqual([]);
  expect(await offered('')).toEqual(expect.arrayContaining(['operator', 'role', 'status', 'list', 'delete', 'check']));
});

test('options of the command are offered', async () => {
  expect(await offered('rotate', '--al')).toEqual(['--all-namespaces', '--all']);
  expect(await offered('list', '--st')).toEqual(['--status']);
  expect(await offered('none', '--')).toEqual([]);
});

test('values that are known without a server are offered', async () => {
  expect(await offered('list', '-o', '')).toEqual(['table', 'json', 'yaml']);
  expect(await offered('list', '--output=y')).toEqual(['--output=yaml']);
  // bash takes that for three words.
  expect(await offered('list', '--output', '=', 'j')).toEqual(['json']);
  expect(await offered('completion', 'z')).toEqual(['zsh']);
});

test('the value of an option is found in each of its forms', () => {
  expect(valueIn(['status', '-n', 'logging', 'p'], '-n', '--namespace')).toBe('logging');
  expect(valueIn(['status', '--namespace=logging', 'p'], '-n', '--namespace')).toBe('logging');
  expect(valueIn(['status', '-n', 'lo'], '-n', '--namespace')).toBeUndefined();
});

test('a script is printed for each shell', async () => {
  for (const shell of ['bash', 'zsh', 'kubectl']) {
    const { code, out } = await runCommand(['completion', shell]);
    expect({ code, asks: out.includes('__complete -- ') }).toEqual({ code: 0, asks: true });
  }
  expect(await runCommand(['completion', 'fish'])).toMatchObject({ code: 2, out: '' });
});
