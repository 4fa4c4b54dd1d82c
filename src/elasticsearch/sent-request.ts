import { Sensitive } from '../runtime/sensitive.ts';
import { clientFor, type Call } from './endpoint.ts';

/** A request as it goes over the wire; `path` with its query, `body` decoded. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the client hands to its pool, as far as it tells of the request. */
interface Handed {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** Needs a form only: nothing is sent to it. */
const NOWHERE = 'http://localhost';

/**
 * What a call would send, without sending it: the client that the operator uses makes the request, and what should
 * carry it keeps it instead.
 */
export async function sentRequest(call: Call<unknown>): Promise<SentRequest> {
  const handed = Promise.withResolvers<Handed>();
  const keep = {
    request: async (options: Handed): Promise<never> => {
      handed.resolve(options);
      throw new Error('kept');
    },
    close: async () => undefined,
  };
  const client = clientFor(NOWHERE, { username: 'nobody', password: new Sensitive('') }, () => keep);
  try {
    const { signal } = new AbortController();
    await call
      .request(client, { signal, meta: true, maxResponseSize: 0, maxCompressedResponseSize: 0, headers: {} })
      .catch(handed.reject);
    const { method, path, body } = await handed.promise;
    return { method, path, body: body === undefined ? undefined : (JSON.parse(body) as unknown) };
  } finally {
    await client.close();
  }
}
