import { ANNOTATIONS } from '../../../src/api/names.ts';
import type { ApiServer } from '../api-server.ts';
import { followSecrets } from '../secret-watch.ts';

/** What the Secrets of a namespace have held, and hold. */
export interface History extends AsyncDisposable {
  /** Ids of the keys that a Secret of that name has held, in order. */
  keyIDs(name: string): readonly string[];
  /** True if values and journal of a Secret of that name ever spoke of different keys. */
  wasTorn(name: string): boolean;
}

/** Begins to follow them. */
export function followHistory(api: ApiServer, namespace: string): History {
  const held = new Map<string, string[]>();
  const torn = new Set<string>();
  const following = followSecrets(api, namespace, ({ metadata, data }) => {
    const id = metadata?.annotations?.[ANNOTATIONS.keyID];
    if (id === undefined) return;
    const ids = held.get(metadata.name) ?? [];
    held.set(metadata.name, ids);
    if (ids.at(-1) !== id) ids.push(id);
    if (atob(data?.['id'] ?? '') !== id) torn.add(metadata.name);
  });
  return {
    keyIDs: (name) => held.get(name) ?? [],
    wasTorn: (name) => torn.has(name),
    [Symbol.asyncDispose]: () => following[Symbol.asyncDispose](),
  };
}
