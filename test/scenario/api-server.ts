import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import type { Condition } from '../../src/api/types.ts';
import { splitLines } from '../../src/kubernetes/lines.ts';
import type { ControlPlaneAddress } from '../testbed/servers.ts';

/** A Kubernetes object, as far as tests of every kind read it. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
  };
  readonly status?: {
    readonly observedGeneration?: number | undefined;
    readonly conditions?: readonly Condition[] | undefined;
  };
}

interface List<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** One line of a watch; of an `ERROR` the object is a Status. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'ERROR';
  readonly object: T;
}

/** How long a test waits for what it waits for, milliseconds: as long as a busy machine may take. */
const PATIENCE_MS = 90_000;
/** No object of a test comes near to this size. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What a request has beside its path. */
interface Ask {
  readonly method?: 'PATCH' | 'DELETE';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Kubernetes' answer to what it refuses, as far as this reads it. */
interface Refusal {
  readonly message?: string;
}

/** The API server, used by its administrator without a process for each request, and watched instead of polled. */
export class ApiServer implements AsyncDisposable {
  readonly #address: ControlPlaneAddress;
  readonly #dispatcher: Agent;

  constructor(address: ControlPlaneAddress) {
    this.#address = address;
    this.#dispatcher = new Agent({ connect: { ca: address.ca }, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** All objects of a collection (`/api/v1/namespaces/NAME/secrets`). */
  async list<T extends StoredObject>(collection: string): Promise<readonly T[]> {
    return (await this.#list<T>(collection, {})).items;
  }

  /** One object; `undefined` where there is none. */
  async find<T extends StoredObject>(collection: string, name: string): Promise<T | undefined> {
    const { items } = await this.#list<T>(collection, { fieldSelector: `metadata.name=${name}` });
    return items[0];
  }

  /** Server-side, as `kubectl apply --server-side --force-conflicts` does. Throws with what the API server said. */
  async apply(collection: string, manifest: { readonly metadata: { readonly name: string } }): Promise<void> {
    const parameters = 'fieldManager=kubectl&force=true&fieldValidation=Strict';
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    await this.#write('PATCH', `${collection}/${manifest.metadata.name}?${parameters}`, manifest, headers);
  }

  /** A merge patch, as `kubectl patch --type=merge` sends it. Throws with what the API server said. */
  async patch(collection: string, name: string, patch: object): Promise<void> {
    const headers = { 'content-type': 'application/merge-patch+json' };
    await this.#write('PATCH', `${collection}/${name}?fieldManager=kubectl-patch`, patch, headers);
  }

  /** Begins the deletion, as `kubectl delete --wait=false` does. False where there is no such object. */
  async remove(collection: string, name: string): Promise<boolean> {
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    return this.#write('DELETE', `${collection}/${name}`, options, { 'content-type': 'application/json' });
  }

  /**
   * Waits until the object of that name is as `holds` wants it, gone (`undefined`) included; gives it as it was then.
   * `what` is said when that does not come.
   */
  async until<T extends StoredObject>(
    collection: string,
    name: string,
    what: string,
    holds: (object: T | undefined) => boolean,
  ): Promise<T | undefined> {
    let last: T | undefined;
    const seen = (object: T | undefined): boolean => {
      last = object;
      return holds(object);
    };
    const state = (): string =>
      last === undefined ? 'it is not there' : JSON.stringify(last.status?.conditions ?? last.metadata);
    await this.#patiently(`${name}: ${what}`, state, async (patience) => {
      const selector = { fieldSelector: `metadata.name=${name}` };
      const { items, metadata } = await this.#list<T>(collection, selector, patience);
      if (seen(items[0])) return true;
      const { resourceVersion } = metadata;
      for await (const { type, object } of this.watch<T>(collection, { ...selector, resourceVersion }, patience)) {
        if (type === 'ERROR') break;
        if (seen(type === 'DELETED' ? undefined : object)) return true;
      }
      return false;
    });
    return last;
  }

  /** Waits until any object of the collection is as `holds` wants it. */
  async untilAny<T extends StoredObject>(collection: string, what: string, holds: (object: T) => boolean): Promise<T> {
    let found: T | undefined;
    await this.#patiently(
      what,
      () => 'none is there',
      async (patience) => {
        // Without a version the watch begins with what is there.
        for await (const { type, object } of this.watch<T>(collection, {}, patience)) {
          if (type === 'ERROR') break;
          if (type === 'DELETED' || !holds(object)) continue;
          found = object;
          return true;
        }
        return false;
      },
    );
    return found as T;
  }

  /** Events from `resourceVersion` on, or from the objects as they are, until the server or the signal ends it. */
  async *watch<T extends StoredObject>(
    collection: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    const { body } = await this.#get(collection, { ...parameters, watch: '1' }, signal);
    for await (const line of splitLines(body, MOST_BYTES)) yield JSON.parse(line) as WatchEvent<T>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** Looks again and again; a watch ends now and then. */
  async #patiently(
    what: string,
    state: () => string,
    look: (patience: AbortSignal) => Promise<boolean>,
  ): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      while (!(await look(patience))) patience.throwIfAborted();
    } catch (error) {
      if (!patience.aborted) throw error;
      throw new Error(`${what} did not come in ${PATIENCE_MS / 1000} s; ${state()}`, { cause: error });
    }
  }

  async #list<T>(
    collection: string,
    parameters: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<List<T>> {
    const { body } = await this.#get(collection, parameters, signal);
    return (await body.json()) as List<T>;
  }

  /** False where there is no such object to be deleted. */
  async #write(
    method: 'PATCH' | 'DELETE',
    path: string,
    content: object,
    headers: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const { statusCode, body } = await this.#ask(path, { method, body: JSON.stringify(content), headers });
    const answer = (await body.json()) as Refusal;
    if (statusCode < 300) return true;
    if (statusCode === 404 && method === 'DELETE') return false;
    throw new Error(`${method} ${path} was answered with ${statusCode}: ${answer.message ?? ''}`);
  }

  async #get(collection: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal) {
    const query = new URLSearchParams(parameters).toString();
    const { statusCode, body } = await this.#ask(`${collection}?${query}`, signal === undefined ? {} : { signal });
    if (statusCode === 200) return { body };
    await body.dump();
    throw new Error(`GET ${collection} was answered with ${statusCode}`);
  }

  /** Asks again where the API server wants that, as kubectl does: it reads definitions anew after they have changed. */
  async #ask(path: string, { headers, ...options }: Ask): Promise<Dispatcher.ResponseData> {
    const url = new URL(path, this.#address.url);
    const all = { ...headers, authorization: `Bearer ${this.#address.token}` };
    for (let left = 10; ; left--) {
      const answer = await request(url, { ...options, dispatcher: this.#dispatcher, headers: all });
      if (answer.statusCode !== 429 || left === 0) return answer;
      await answer.body.dump();
      await sleep(1_000);
    }
  }
}
