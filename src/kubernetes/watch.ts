import { parseJSON } from './answer.ts';
import { attemptOf, type Client, type ListOptions, selectors, type StreamOptions } from './client.ts';
import { failureOfAnswer, failureOfError } from './failure.ts';
import { splitLines } from './lines.ts';
import { fieldOf, isObject, type KubernetesObject, placeOf } from './object.ts';
import { notKubernetes } from './page.ts';
import type { CollectionPath } from './resource.ts';

/**
 * `BOOKMARK`: nothing changed up to this version. `ODD`: something happened to an object that cannot be read, called so;
 * the version is left out where that cannot be read either.
 */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ODD'; readonly place: string; readonly resourceVersion?: string };

/** Bookmarks count as a sign of life. */
export interface WatchOptions
  extends Pick<ListOptions, 'labelSelector' | 'fieldSelector'>, Omit<StreamOptions, 'longestMs'> {
  /** Events after this version; empty: what is there now is told first, as added. */
  readonly resourceVersion: string;
  /** After which the server ends the watch. */
  readonly timeoutSeconds: number;
}

/** Far above any object; a line beyond it is not an event. */
const LINE_BYTES = 32 << 20;
/** How much longer than asked for a watch may go on, seconds. */
const END_SECONDS = 30;

/**
 * One watch request, opened when `open` resolves. Its events end without an error where the server ends the watch, and
 * where a connection is cut: a half line is dropped, since whoever resumes from the last version gets it again. Fails
 * with the code `Expired` when that version is too old, and as any request may.
 */
export async function openWatch(
  client: Client,
  path: CollectionPath<unknown>,
  options: WatchOptions,
): Promise<AsyncGenerator<WatchEvent>> {
  const { resourceVersion, timeoutSeconds, signal } = options;
  const attempt = attemptOf('watch', path);
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    timeoutSeconds: String(timeoutSeconds),
    ...selectors(options),
  });
  const longestMs = (timeoutSeconds + END_SECONDS) * 1_000;
  return events(await client.stream(path, query, { ...options, longestMs }));

  async function* events(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
    try {
      for await (const line of splitLines(chunks, LINE_BYTES)) yield eventOf(line);
    } catch (error) {
      throw failureOfError(attempt, error, signal);
    }
  }

  function eventOf(line: string): WatchEvent {
    const event = parseJSON(line);
    const type = fieldOf(event, 'type');
    const object = fieldOf(event, 'object');
    const version = fieldOf(fieldOf(object, 'metadata'), 'resourceVersion');
    if (type === 'BOOKMARK' && typeof version === 'string') return { type, resourceVersion: version };
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
      if (isObject(object)) return { type, object };
      return {
        type: 'ODD',
        place: placeOf(object),
        ...(typeof version === 'string' ? { resourceVersion: version } : {}),
      };
    }
    if (type === 'ERROR') throw failureOfAnswer(attempt, codeOf(object), object);
    throw notKubernetes(attempt);
  }
}

/** The HTTP status in a Status. */
function codeOf(status: unknown): number {
  const code = fieldOf(status, 'code');
  return typeof code === 'number' && code >= 400 && code < 600 ? Math.floor(code) : 500;
}
