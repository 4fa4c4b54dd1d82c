import { expect, vi } from 'vitest';
import { ANNOTATIONS, LABELS } from '../../../src/api/names.ts';
import type { BeatApiKey } from '../../../src/api/types.ts';
import { controlPlane } from '../../testbed/current.ts';
import { ApiServer } from '../api-server.ts';
import { collection, type StoredSecret } from '../stored-kinds.ts';

/** Every key that was ever stored for an object, whatever replaced it since. */
export interface StoredKeys extends AsyncDisposable {
  /** Ids in the order of storing, up to the key that the object's status names. */
  of(object: BeatApiKey): Promise<readonly string[]>;
}

/** Begins to watch the Secrets of a namespace. */
export function watchStoredKeys(namespace: string): StoredKeys {
  const api = new ApiServer(controlPlane());
  const stored = new Map<string, Set<string>>();
  const stop = new AbortController();
  const note = ({ metadata }: StoredSecret): void => {
    const owner = metadata.labels?.[LABELS.ownerUID];
    const id = metadata.annotations?.[ANNOTATIONS.keyID];
    if (owner === undefined || id === undefined) return;
    stored.set(owner, (stored.get(owner) ?? new Set()).add(id));
  };
  const watching = watch(api, collection('Secret', namespace), note, stop.signal);
  return {
    of: async ({ metadata, status }) => {
      const ids = (): readonly string[] => [...(stored.get(metadata.uid) ?? [])];
      await vi.waitFor(() => expect(ids()).toContain(status?.keyID), { timeout: 90_000 });
      return ids();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
      await api[Symbol.asyncDispose]();
    },
  };
}

/** A watch that ends goes on where it was; one that cannot would miss what is to be counted, and fails. */
async function watch(
  api: ApiServer,
  secrets: string,
  note: (secret: StoredSecret) => void,
  signal: AbortSignal,
): Promise<void> {
  let from = {};
  try {
    for (;;) {
      for await (const { type, object } of api.watch<StoredSecret>(secrets, from, signal)) {
        if (type === 'ERROR') throw new Error('the watch of the Secrets was interrupted');
        from = { resourceVersion: object.metadata.resourceVersion };
        note(object);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
