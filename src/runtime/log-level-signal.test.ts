import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onLogLevelSignal } from './log-level-signal.ts';
import type { LogLevel } from './log.ts';

function listening(usual: LogLevel) {
  const levels: LogLevel[] = [];
  const source = new EventEmitter();
  const listener = onLogLevelSignal({ usual, change: (level) => void levels.push(level), source });
  return { levels, listener, send: () => source.emit('SIGUSR2', 'SIGUSR2') };
}

test.each([
  ['info', ['debug', 'info', 'debug']],
  ['error', ['debug', 'error', 'debug']],
  ['debug', ['info', 'debug', 'info']],
] as const)('where %s is usual, the signals lead to %j', (usual, expected) => {
  const { levels, send } = listening(usual);
  for (const _ of expected) send();
  expect(levels).toEqual(expected);
});

test('nothing is heard after disposal', () => {
  const { levels, listener, send } = listening('info');
  listener[Symbol.dispose]();
  send();
  expect(levels).toEqual([]);
});
