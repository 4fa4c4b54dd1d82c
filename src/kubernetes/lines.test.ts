import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { AnswerTooLarge } from './failure.ts';
import { splitLines } from './lines.ts';

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts].toSorted((a, b) => a - b)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
  yield bytes.subarray(start);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

describe('the lines of a stream', () => {
  property.prop([
    fc.array(fc.string({ unit: 'binary', minLength: 1 }).filter((line) => !line.includes('\n'))),
    fc.array(fc.nat(400)),
  ])('are the same however it is cut into chunks, also within a character', async (lines, cuts) => {
    const whole = lines.map((line) => Buffer.from(line, 'utf8').toString('utf8'));
    const bytes = Buffer.from(whole.map((line) => `${line}\n`).join(''), 'utf8');
    const within = cuts.map((cut) => Math.min(cut, bytes.byteLength));
    expect(await collect(splitLines(chunksOf(bytes, within), 1 << 20))).toEqual(whole);
  });

  test('do not include what follows the last newline', async () => {
    const bytes = Buffer.from('{"a":1}\n{"b":');
    expect(await collect(splitLines(chunksOf(bytes, []), 100))).toEqual(['{"a":1}']);
  });

  test('are not collected beyond the limit, although no newline has come', async () => {
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(64, 0x61);
    })();
    await expect(collect(splitLines(endless, 1_000))).rejects.toBeInstanceOf(AnswerTooLarge);
  });
});
