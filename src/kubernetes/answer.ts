import type { Dispatcher } from 'undici';
import { isWithinBounds, type JsonBounds } from '../lib/json-bounds.ts';
import { parseRetryAfter } from '../lib/retry-after.ts';
import { AnswerTooLarge } from './failure.ts';

export interface Answer {
  readonly status: number;
  readonly retryAfterMs?: number;
  /** Parsed JSON; `undefined` where the answer is none. */
  readonly body: unknown;
}

/** The whole answer; throws `AnswerTooLarge` as soon as there is more than `mostBytes` of it. */
export async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  mostBytes: number,
): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the body, and the connection with it.
    if (size > mostBytes) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
  return {
    status: statusCode,
    body: parseJSON(Buffer.concat(chunks).toString('utf8')),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * An API server takes 10,000 levels from its users, and puts some of its own around them. Four million values are eight
 * thousand for each object of a page; a DaemonSet has about one thousand.
 */
const BOUNDS: JsonBounds = { depth: 12_000, values: 4_000_000 };

/** The value, or `undefined` where the text is no JSON; throws `AnswerTooLarge` where it would be too much of it. */
export function parseJSON(text: string): unknown {
  if (!isWithinBounds(text, BOUNDS)) throw new AnswerTooLarge();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
