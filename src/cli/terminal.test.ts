import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ownTerminal } from './terminal.ts';

/** A terminal, or pipes, and what was written to them. */
function open(isTTY: boolean) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = ownTerminal({
    stdin: Object.assign(stdin, { isTTY }),
    stdout,
    stderr: Object.assign(stderr, { isTTY, columns: 20 }),
    env: {},
  });
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return { terminal, stdin, out: () => read(stdout), told: () => read(stderr) };
}

const CLEAR = '\r\u001B[2K';

test('progress is one line that what comes next takes away', () => {
  const { terminal, out, told } = open(true);
  terminal.progress('one');
  terminal.progress('two, which is longer than the terminal is wide');
  terminal.out('result\n');
  terminal.tell('note');
  expect(out()).toBe('result\n');
  expect(told()).toBe(`${CLEAR}one${CLEAR}two, which is longe${CLEAR}note\n`);
});

test('where nobody watches there is none, and nothing that moves or colours text', () => {
  const { terminal, out, told } = open(false);
  terminal.progress('one');
  terminal.out('result\n');
  terminal.tell('note');
  expect(out()).toBe('result\n');
  expect(told()).toBe('note\n');
});

test('a person is asked, and nobody else', async () => {
  const { terminal, stdin, told } = open(true);
  const answer = terminal.ask('sure? ');
  stdin.write('y\n');
  expect(await answer).toBe('y');
  expect(told()).toContain('sure? ');
  expect(await open(false).terminal.ask('sure? ')).toBeUndefined();
});
