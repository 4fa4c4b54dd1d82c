import type { BeatApiKey, BeatApiKeySpec, Condition, ElasticsearchConnection } from '../../src/api/types.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../testbed/servers.ts';
import type { ApiServer, StoredObject } from './api-server.ts';
import { beatApiKey, type Manifest } from './manifests.ts';
import { collection, type Kind, type Kinds, type StoredEvent } from './stored-kinds.ts';

/** A condition of an object; `undefined` before the first status. */
export function condition({ status }: StoredObject, type: Condition['type']): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

/** The objects of one namespace: applied as users apply them, and watched. */
export class Objects {
  readonly namespace: string;
  readonly #plane: ControlPlane;
  readonly #api: ApiServer;

  constructor(namespace: string, plane: ControlPlane, api: ApiServer) {
    this.namespace = namespace;
    this.#plane = plane;
    this.#api = api;
  }

  /** Runs kubectl in the namespace and throws with what it said when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    return mustKubectl(this.#plane, ['-n', this.namespace, ...args], input);
  }

  /** Applies one after the other; fields that are not given any more go. */
  async apply(...items: readonly Manifest[]): Promise<void> {
    for (const item of items) {
      const { apiVersion, kind, metadata } = item;
      await this.#api.apply(collection(kind, metadata.namespace, apiVersion), item);
    }
  }

  async applyKey(name: string, spec?: Partial<BeatApiKeySpec>): Promise<void> {
    await this.apply(beatApiKey(this.namespace, name, spec));
  }

  /** Applies a BeatApiKey and waits until its key is there and as asked. */
  async issue(name: string, spec?: Partial<BeatApiKeySpec>): Promise<BeatApiKey> {
    await this.applyKey(name, spec);
    return this.ready(name);
  }

  /** A merge patch. */
  async patch(kind: Kind, name: string, patch: object): Promise<void> {
    await this.#api.patch(collection(kind, this.namespace), name, patch);
  }

  /** Begins the deletion and does not wait for its end. */
  async remove(kind: Kind, name: string): Promise<void> {
    if (!(await this.removeIfThere(kind, name))) throw new Error(`there is no ${kind} ${name}`);
  }

  /** The same; false where there is none. */
  removeIfThere(kind: Kind, name: string): Promise<boolean> {
    return this.#api.remove(collection(kind, this.namespace), name);
  }

  async find<K extends Kind>(kind: K, name: string): Promise<Kinds[K] | undefined> {
    return this.#api.find<Kinds[K]>(collection(kind, this.namespace), name);
  }

  async list<K extends Kind>(kind: K): Promise<readonly Kinds[K][]> {
    return this.#api.list<Kinds[K]>(collection(kind, this.namespace));
  }

  /** Waits until an object is as `holds` wants it. */
  async until<K extends Kind>(
    kind: K,
    name: string,
    what: string,
    holds: (object: Kinds[K]) => boolean,
  ): Promise<Kinds[K]> {
    const found = await this.#api.until<Kinds[K]>(collection(kind, this.namespace), name, what, (object) =>
      object === undefined ? false : holds(object),
    );
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  async untilGone(kind: Kind, name: string): Promise<void> {
    await this.#api.until(collection(kind, this.namespace), name, 'its end', (object) => object === undefined);
  }

  /** Waits until a BeatApiKey has no work left, as it is now. */
  ready(name: string): Promise<BeatApiKey> {
    return this.until('BeatApiKey', name, 'Ready', (object) => is(object, 'Ready') && !is(object, 'Reconciling'));
  }

  /** Waits until an ElasticsearchConnection is Ready. */
  connected(name: string): Promise<ElasticsearchConnection> {
    return this.until(
      'ElasticsearchConnection',
      name,
      'Ready',
      (object) => condition(object, 'Ready')?.status === 'True',
    );
  }

  /** Waits until a BeatApiKey is ready with another key than this one. */
  rotated(name: string, from: BeatApiKey): Promise<BeatApiKey> {
    const former = from.status?.keyID;
    return this.until(
      'BeatApiKey',
      name,
      'a new key',
      (object) => object.status?.keyID !== former && is(object, 'Ready') && !is(object, 'Reconciling'),
    );
  }

  /** Waits until a BeatApiKey is not ready for this reason. */
  refused(name: string, reason: string): Promise<BeatApiKey> {
    return this.until('BeatApiKey', name, reason, (object) => isRefused(object, reason));
  }

  /** Waits until an ElasticsearchConnection is not ready for this reason. */
  connectionRefused(name: string, reason: string): Promise<ElasticsearchConnection> {
    return this.until('ElasticsearchConnection', name, reason, (object) => isRefused(object, reason));
  }

  /** Waits until `kubectl describe` has an event with this reason on the object that names `about`, and gives its note. */
  async event(name: string, reason: string, about = ''): Promise<string> {
    const isIt = (event: StoredEvent) =>
      event.regarding.name === name && event.reason === reason && event.note.includes(about);
    const found = await this.#api.untilAny<StoredEvent>(collection('Event', this.namespace), `event ${reason}`, isIt);
    return found.note;
  }

  /** The values of a Secret. Throws where it is not there. */
  async data(name: string): Promise<Readonly<Record<string, string>>> {
    const found = await this.find('Secret', name);
    if (found === undefined) throw new Error(`there is no Secret ${name}`);
    const decoded = Object.entries(found.data ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const,
    );
    return Object.fromEntries(decoded);
  }
}

const is = (object: StoredObject, type: Condition['type']): boolean =>
  isCurrent(object) && condition(object, type)?.status === 'True';

const isCurrent = ({ metadata, status }: StoredObject): boolean => status?.observedGeneration === metadata.generation;

const isRefused = (object: StoredObject, reason: string): boolean => {
  const ready = condition(object, 'Ready');
  return isCurrent(object) && ready?.status === 'False' && ready.reason === reason;
};
