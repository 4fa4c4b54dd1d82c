import type { Cache, CacheChange, ObjectKey } from '../controller/ports.ts';
import type { KubernetesObject } from './object.ts';
import { identityOf, Reflector, type ReflectorOptions, type Upstream } from './reflector.ts';
import { type ClusterResource, EVERYWHERE, type NamespacedResource, type Scope } from './resource.ts';
import { Store } from './store.ts';

interface Part<T> {
  readonly store: Store<T>;
  readonly reflector: Reflector<T>;
}

type Common<T> = Omit<ReflectorOptions<T>, 'path' | 'store'>;

/**
 * A kind as far as the operator serves it, made of one reflector for all namespaces or of one for each in a list. What
 * we write ourselves is put in with `put` and `drop`.
 */
export class Watched<T> implements Cache<T> {
  /** Resolves when everything has been listed once. */
  readonly synced: Promise<void>;
  readonly #parts: ReadonlyMap<string, Part<T>>;
  readonly #transform: (object: KubernetesObject) => T;

  private constructor(parts: ReadonlyMap<string, Part<T>>, transform: (object: KubernetesObject) => T) {
    this.#parts = parts;
    this.#transform = transform;
    this.synced = Promise.all([...parts.values()].map((part) => part.reflector.synced)).then(() => undefined);
  }

  /** Objects that live in the namespaces of the scope. */
  static namespaced<T>(upstream: Upstream, resource: NamespacedResource<unknown>, scope: Scope, options: Common<T>) {
    const namespaces = scope === 'all' ? [EVERYWHERE] : scope;
    const parts = namespaces.map((namespace) => {
      return [namespace, part(upstream, { ...options, path: { resource, namespace } })] as const;
    });
    return new Watched<T>(new Map(parts), options.transform);
  }

  /** Objects without a namespace: every one, or those of these names, each by itself. */
  static cluster<T>(upstream: Upstream, resource: ClusterResource<unknown>, names: Scope, options: Common<T>) {
    const path = { resource };
    const parts =
      names === 'all'
        ? [[EVERYWHERE, part(upstream, { ...options, path })] as const]
        : names.map((name) => {
            return [name, part(upstream, { ...options, path: { ...path, name } })] as const;
          });
    return new Watched<T>(new Map(parts), options.transform);
  }

  get(key: ObjectKey): T | undefined {
    return this.#storeOf(key)?.get(key);
  }

  *values(): Iterable<T> {
    for (const { store } of this.#parts.values()) yield* store.values();
  }

  subscribe(listener: (change: CacheChange<T>) => void): void {
    for (const { store } of this.#parts.values()) store.subscribe(listener);
  }

  /** Takes the API server's answer to our own write. */
  put(object: KubernetesObject): void {
    const identity = identityOf(object);
    this.#storeOf(identity.key)?.put(identity, this.#transform(object));
  }

  /** Takes note that our own write was the object's end. */
  drop(identity: { readonly key: ObjectKey; readonly uid: string }): void {
    this.#storeOf(identity.key)?.drop(identity);
  }

  /** Resolves when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#parts.values()].map(({ reflector }) => reflector.run(signal)));
  }

  #storeOf(key: ObjectKey): Store<T> | undefined {
    const name = this.#parts.has(EVERYWHERE) ? EVERYWHERE : (key.split('/', 1)[0] ?? key);
    return this.#parts.get(name)?.store;
  }
}

function part<T>(upstream: Upstream, options: Omit<ReflectorOptions<T>, 'store'>): Part<T> {
  const store = new Store<T>();
  return { store, reflector: new Reflector(upstream, { ...options, store }) };
}
