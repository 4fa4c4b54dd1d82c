import { AnswerTooLarge } from './failure.ts';

const NEWLINE = 0x0a;

/**
 * The whole lines of a stream, without their ends, decoded as UTF-8 only when whole. What follows the last newline is
 * half a line, and dropped. Throws `AnswerTooLarge` as soon as a line grows beyond `mostBytes`.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = (part: Uint8Array): void => {
    parts.push(part);
    size += part.byteLength;
    if (size > mostBytes) throw new AnswerTooLarge();
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.byteLength) keep(chunk.subarray(start));
  }
}
