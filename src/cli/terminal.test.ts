import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ownTerminal } from './terminal.ts';

/** A terminal, or pipes, and what was written to them. */
function open(isTTY: boolean) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = ownTerminal({
    stdin: Object.assign(stdin, { isTTY }),
    stdout: Object.assign(stdout, { isTTY }),
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

test('what somebody wrote into a name cannot act on the terminal', () => {
  const { terminal, out, told } = open(true);
  terminal.out('a\u001B[2Jkey\tb\u009B1m\n');
  terminal.tell('c\rd\u0007');
  expect(out()).toBe('a\uFFFD[2Jkey\tb\uFFFD1m\n');
  expect(told()).toBe('c\uFFFDd\uFFFD\n');
  const pipe = open(false);
  pipe.terminal.out('password: \u007F\n');
  expect(pipe.out()).toBe('password: \u007F\n');
});

test('a person is asked, and nobody else', async () => {
  const { terminal, stdin, told } = open(true);
  const answer = terminal.ask('sure? ');
  stdin.write('y\n');
  expect(await answer).toBe('y');
  expect(told()).toContain('sure? ');
  expect(await open(false).terminal.ask('sure? ')).toBeUndefined();
});
