import type { BeatApiKey, BeatApiKeySpec, Condition, ElasticsearchConnection } from '../../src/api/types.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../testbed/servers.ts';
import type { ApiServer, StoredObject } from './api-server.ts';
import { beatApiKey, type Manifest } from './manifests.ts';

/** A Secret as it is stored: values in base64. */
export interface StoredSecret extends StoredObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

interface StoredEvent extends StoredObject {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

/** A DaemonSet, Deployment or StatefulSet; each has some of the counts. */
export interface StoredWorkload extends StoredObject {
  readonly metadata: StoredObject['metadata'] & {
    readonly managedFields?: readonly { readonly manager: string; readonly fieldsV1?: object }[];
  };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: NonNullable<StoredObject['status']> & {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** The kinds that tests look at, and where the API server has them. */
interface Kinds {
  readonly BeatApiKey: BeatApiKey;
  readonly ElasticsearchConnection: ElasticsearchConnection;
  readonly Secret: StoredSecret;
  readonly Event: StoredEvent;
  readonly Lease: StoredObject;
  readonly Pod: StoredObject;
  readonly DaemonSet: StoredWorkload;
  readonly Deployment: StoredWorkload;
  readonly StatefulSet: StoredWorkload;
}
export type Kind = keyof Kinds;

const PLURALS: Readonly<Record<Kind, readonly [group: string, plural: string]>> = {
  BeatApiKey: ['apis/beatkeys.dev/v1alpha1', 'beatapikeys'],
  ElasticsearchConnection: ['apis/beatkeys.dev/v1alpha1', 'elasticsearchconnections'],
  Secret: ['api/v1', 'secrets'],
  Event: ['apis/events.k8s.io/v1', 'events'],
  Lease: ['apis/coordination.k8s.io/v1', 'leases'],
  Pod: ['api/v1', 'pods'],
  DaemonSet: ['apis/apps/v1', 'daemonsets'],
  Deployment: ['apis/apps/v1', 'deployments'],
  StatefulSet: ['apis/apps/v1', 'statefulsets'],
};

/** The path of all objects of a kind in a namespace. */
export function collection(kind: Kind, namespace: string): string {
  const [group, plural] = PLURALS[kind];
  return `/${group}/namespaces/${namespace}/${plural}`;
}

/** A condition of an object; `undefined` before the first status. */
export function condition({ status }: StoredObject, type: Condition['type']): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

/** The objects of one namespace: applied by kubectl, as users do, and watched. */
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

  async apply(...items: readonly Manifest[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  /** Applies a BeatApiKey; `kubectl apply` takes fields away that are not given any more. */
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
