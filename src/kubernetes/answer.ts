import type { Dispatcher } from 'undici';
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

/** Milliseconds to wait as a `Retry-After` header says: seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(value: string | string[] | undefined, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The value, or `undefined` where the text is no JSON. */
export function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
