import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onStopSignals } from './stop-signals.ts';

function listening() {
  const story: string[] = [];
  const source = new EventEmitter();
  const listener = onStopSignals({
    stop: (signal) => void story.push(`stop ${signal}`),
    force: (signal) => void story.push(`force ${signal}`),
    source,
  });
  return { story, source, listener };
}

test('the first signal stops, every later one forces the exit', () => {
  const { story, source } = listening();
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT']) source.emit(signal, signal);
  expect(story).toEqual(['stop SIGTERM', 'force SIGTERM', 'force SIGINT']);
});

test('an interrupt from the keyboard stops too', () => {
  const { story, source } = listening();
  source.emit('SIGINT', 'SIGINT');
  expect(story).toEqual(['stop SIGINT']);
});

test('nothing is heard after disposal', () => {
  const { story, source, listener } = listening();
  listener[Symbol.dispose]();
  source.emit('SIGTERM', 'SIGTERM');
  expect([story, source.listenerCount('SIGTERM'), source.listenerCount('SIGINT')]).toEqual([[], 0, 0]);
});
