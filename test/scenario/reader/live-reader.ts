import type { Objects } from '../objects.ts';
import type { Outbox } from './outbox.ts';
import { pause } from './pause.ts';
import type { Tally } from './tally.ts';

/** A client that takes the key out of the Secret right before each write. */
export interface LiveReader {
  readonly objects: Objects;
  readonly secret: string;
  readonly outbox: Outbox;
  /** Milliseconds between two writes. */
  readonly everyMs: number;
  /** Whether keys are revoked, which leaves no time between the reading and the writing. */
  readonly revoked: boolean;
}

/**
 * Reads and writes until the signal comes. A key that is in the Secret must work: a write is refused if it is refused.
 * Only where keys are revoked it may be that the key was replaced and invalidated after it had been read; that it was
 * replaced shows in the Secret, and then the document must be taken with the new key at once.
 */
export async function readAndWrite(reader: LiveReader, tally: Tally, signal: AbortSignal): Promise<void> {
  const { objects, secret, outbox, everyMs, revoked } = reader;
  const name = `${objects.namespace}/${secret}`;
  while (!signal.aborted) {
    const { id = '', encoded = '' } = await objects.data(secret);
    const answer = await outbox.send(encoded);
    if (revoked && isUnknownKey(answer) && (await objects.data(secret))['id'] !== id) {
      tally.overtaken += 1;
      continue;
    }
    tally.note(answer, name, id, outbox.client);
    await pause(everyMs, signal);
  }
}

const isUnknownKey = (answer: Awaited<ReturnType<Outbox['send']>>): boolean =>
  typeof answer === 'object' && answer.refused.startsWith('401');
