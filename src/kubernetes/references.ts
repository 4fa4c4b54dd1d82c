import type { Reference, References } from '../controller/ports.ts';
import { Reflector, type Upstream } from './reflector.ts';
import { CONFIG_MAPS, SECRETS } from './resource.ts';
import { configMapValues, secretValues } from './secret-values.ts';
import { Store } from './store.ts';

interface Follower {
  readonly reference: Reference;
  readonly stop: AbortController;
}

/**
 * Secrets and ConfigMaps that are followed by name, metadata only, one small watch each: there are few, and no other
 * object's name or change comes near this process. Values are read when asked for and not kept.
 */
export class ReferenceWatches implements References {
  readonly #upstream: Upstream;
  readonly #listeners: ((reference: Reference) => void)[] = [];
  readonly #followers = new Map<string, Follower>();
  #running: { readonly signal: AbortSignal; readonly broken: (error: unknown) => void } | undefined;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  async read(kind: Reference['kind'], namespace: string, name: string) {
    const { client } = this.#upstream;
    if (kind === 'Secret') {
      const secret = await client.get({ resource: SECRETS, namespace, name });
      return secret === undefined ? undefined : secretValues(secret);
    }
    const configMap = await client.get({ resource: CONFIG_MAPS, namespace, name });
    return configMap === undefined ? undefined : configMapValues(configMap);
  }

  watch(references: readonly Reference[]): void {
    const wanted = new Map(references.map((reference) => [keyOf(reference), reference]));
    for (const [key, { stop }] of this.#followers) {
      if (wanted.has(key)) continue;
      stop.abort();
      this.#followers.delete(key);
    }
    for (const [key, reference] of wanted) {
      if (this.#followers.has(key)) continue;
      const follower = { reference, stop: new AbortController() };
      this.#followers.set(key, follower);
      this.#follow(follower);
    }
  }

  subscribe(listener: (reference: Reference) => void): void {
    this.#listeners.push(listener);
  }

  /** Follows until the signal aborts; rejects only with a programming error. */
  async run(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#running = { signal, broken: reject };
    for (const follower of this.#followers.values()) this.#follow(follower);
    const stop = (): void => {
      this.watch([]);
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    await promise;
  }

  #follow({ reference, stop }: Follower): void {
    if (this.#running === undefined || this.#running.signal.aborted) return;
    const { kind, namespace, name } = reference;
    const store = new Store<undefined>();
    // What changed between a read and the first list is told as well: the first sight of an object is a change.
    store.subscribe(() => {
      for (const listener of this.#listeners) listener(reference);
    });
    const reflector = new Reflector(this.#upstream, {
      path: { resource: kind === 'Secret' ? SECRETS : CONFIG_MAPS, namespace },
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      store,
      transform: () => undefined,
    });
    reflector.run(stop.signal).catch(this.#running.broken);
  }
}

function keyOf({ kind, namespace, name }: Reference): string {
  return `${kind}/${namespace}/${name}`;
}
