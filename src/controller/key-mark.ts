import { Failure } from '../core/failure.ts';
import type { KeyRecord } from '../core/key-record.ts';
import type { Observed } from '../core/observed.ts';
import type { KeyStore } from './ports.ts';

/** True where the mark in the key's metadata names this installation and this very object. */
export const isMadeFor = ({ operator, object }: Observed, { mark }: KeyRecord): boolean =>
  mark.installation === operator.installation && mark.uid === object.metadata.uid;

/** A key by id; `undefined`: this user has none of it, or not yet. */
export async function recordOf(
  id: string,
  store: KeyStore,
  signal: AbortSignal,
): Promise<KeyRecord | 'unmarked' | undefined> {
  try {
    return await store.get(id, signal);
  } catch (error) {
    if (error instanceof Failure && error.code === 'MarkUnreadable') return 'unmarked';
    throw error;
  }
}
