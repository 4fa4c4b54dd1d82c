import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { bundledProgram } from '../operator/operator.ts';
import { finish } from '../testbed/command.ts';

/** What the operator says where a person reads it, and where a machine does: here, that a setting is wrong. */

const env = { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm-256color', BEATKEYS_LOG_LEVEL: 'loud' };
const command = [process.execPath, bundledProgram()];
/** `script` gives a program a terminal; that of Linux takes a line, that of macOS words. */
const inTerminal =
  process.platform === 'linux' ? ['-qec', command.join(' '), '/dev/null'] : ['-q', '/dev/null', ...command];

test('in a terminal a line is for people', async () => {
  const { stdout, code } = await finish('script', inTerminal, { env });
  expect(stdout).not.toBe(stripVTControlCharacters(stdout));
  expect(stripVTControlCharacters(stdout)).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3}Z ERROR a setting is wrong problem="BEATKEYS_LOG_LEVEL: .*"\r\n$/,
  );
  expect(code).toBe(2);
});

test('elsewhere it is JSON', async () => {
  const { stdout, code } = await finish(process.execPath, command.slice(1), { env });
  expect(JSON.parse(stdout)).toMatchObject({ 'log.level': 'error', message: 'a setting is wrong' });
  expect(code).toBe(2);
});
