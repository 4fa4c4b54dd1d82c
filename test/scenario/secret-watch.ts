import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer } from './api-server.ts';
import type { Leaks } from '../leaks/leaks.ts';
import { collection, type StoredSecret } from './stored-kinds.ts';

/** Data keys whose values are secret; `id` is no secret, and other keys may hold anything. */
const SECRET_KEYS = ['api_key', 'encoded', 'key', 'password'];
/** Shorter values are made up by tests and would be found by chance. */
const LEAST_LENGTH = 16;

/** Takes note of every value that any Secret of the namespace ever holds, until it is disposed of. */
export function noteSecrets(api: ApiServer, namespace: string, leaks: Leaks): AsyncDisposable {
  return followSecrets(api, namespace, ({ data }) => {
    for (const key of SECRET_KEYS) {
      const value = atob(data?.[key] ?? '');
      if (value.length >= LEAST_LENGTH) leaks.note(value);
    }
  });
}

/** Hears of every version of every Secret of the namespace, some more than once, until it is disposed of. */
export function followSecrets(
  api: ApiServer,
  namespace: string,
  hear: (secret: StoredSecret) => void,
): AsyncDisposable {
  const stop = new AbortController();
  const watching = watch(api, collection('Secret', namespace), hear, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

async function watch(
  api: ApiServer,
  secrets: string,
  hear: (secret: StoredSecret) => void,
  signal: AbortSignal,
): Promise<void> {
  let isInterrupted = false;
  while (!signal.aborted) {
    try {
      for await (const { object } of api.watch<StoredSecret>(secrets, {}, signal)) {
        isInterrupted = false;
        hear(object);
      }
    } catch {
      if (signal.aborted) break;
      // An API server that is away comes back with the same Secrets.
      isInterrupted = true;
      await sleep(200, undefined, { signal }).catch(() => undefined);
    }
  }
  // One that does not would hide what is to be noted; where there is no Secret, nothing was heard since.
  if (isInterrupted) for (const secret of await api.list<StoredSecret>(secrets)) hear(secret);
}
