import type { ApiServer, StoredObject } from '../api-server.ts';
import type { Manifest } from '../manifests.ts';
import type { Objects } from '../objects.ts';
import type { Editor } from './editor.ts';
import { Outbox, type Shelf } from './outbox.ts';
import { FOR_EVER_MS, pause } from './pause.ts';
import { POD_FINALIZER, PodClient, type StoredPod } from './pod-client.ts';
import type { Tally } from './tally.ts';

export interface FleetParts {
  readonly kind: 'DaemonSet' | 'Deployment';
  /** Of the workload, of the Secret and of the BeatApiKey. */
  readonly name: string;
  readonly objects: Objects;
  readonly api: ApiServer;
  readonly editor: Editor;
  readonly shelf: Shelf;
  readonly tally: Tally;
  /** Milliseconds between two writes of a client. */
  readonly everyMs: number;
}

/** How long pods may take to come and to go, milliseconds. */
const PATIENCE_MS = 90_000;

/** A workload of real controllers, with a client in each of its pods. Open it when the Secret is there. */
export class Fleet implements AsyncDisposable {
  /** How often all pods moved on to another key. */
  rollouts = 0;
  /** Pods that were started. */
  pods = 0;
  readonly #parts: FleetParts;
  readonly #clients = new Map<string, PodClient>();
  readonly #stop = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  #size = 0;
  #lastKeyID: string | undefined;

  private constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#failed.promise.catch(() => undefined);
  }

  /** Starts the workload and waits until a client writes in each of its pods. */
  static async open(parts: FleetParts): Promise<Fleet> {
    await using stack = new AsyncDisposableStack();
    const fleet = stack.use(new Fleet(parts));
    const { objects, kind, name } = parts;
    await objects.apply(workload(objects.namespace, kind, name));
    void fleet.#follow();
    await objects.kubectl(['rollout', 'status', kind, name, `--timeout=${PATIENCE_MS / 1000}s`]);
    fleet.#size = (await fleet.#pods()).length;
    await fleet.#until('a client in each pod', () => fleet.#writing().length === fleet.#size);
    fleet.#lastKeyID = fleet.#writing()[0];
    stack.move();
    return fleet;
  }

  /** Waits until all pods have moved on once more than `count` times, or until the signal comes. */
  async untilRolledOut(count: number, signal: AbortSignal): Promise<void> {
    while (this.rollouts <= count && !signal.aborted) await pause(100, signal);
  }

  /** Clients write all the time; resolves when the signal comes, and rejects when the test itself failed in one of them. */
  async write(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#failed.promise, pause(FOR_EVER_MS, signal)]);
  }

  /** Takes the workload away and waits for the last document of the last client. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { objects, kind, name } = this.#parts;
    await objects.removeIfThere(kind, name);
    try {
      await this.#until('the end of all pods', async () => (await this.#pods()).length === 0);
    } finally {
      this.#stop.abort();
      await this.#letPodsGo();
    }
  }

  async #follow(): Promise<void> {
    const { api, objects, name } = this.#parts;
    const { signal } = this.#stop;
    const parameters = { labelSelector: `app=${name}` };
    try {
      while (!signal.aborted) {
        for await (const { type, object } of api.watch<StoredPod>(podsOf(objects), parameters, signal)) {
          if (type === 'ADDED' || type === 'MODIFIED') this.#seen(object);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#failed.reject(error);
    }
  }

  #seen(pod: StoredPod): void {
    const { uid, name } = pod.metadata;
    const known = this.#clients.get(uid);
    if (known !== undefined) return known.seen(pod);
    // A pod that was deleted before it had a node has a client for the moment that it takes to let it go.
    if (pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined) return;
    const { shelf, tally } = this.#parts;
    const outbox = new Outbox(name, shelf);
    const client = new PodClient(pod, {
      ...this.#parts,
      secret: this.#parts.name,
      outbox,
      onChange: () => this.#count(),
    });
    tally.outboxes.push(outbox);
    this.#clients.set(uid, client);
    this.pods += 1;
    client.ended.catch((error: unknown) => this.#failed.reject(error));
  }

  /** The keys of the clients that write. */
  #writing(): readonly string[] {
    return [...this.#clients.values()].flatMap(({ keyID }) => keyID ?? []);
  }

  #count(): void {
    const keys = this.#writing();
    const [keyID] = keys;
    if (this.#size === 0 || keys.length < this.#size || keys.some((each) => each !== keyID)) return;
    if (keyID !== this.#lastKeyID) this.rollouts += 1;
    this.#lastKeyID = keyID;
  }

  async #pods(): Promise<readonly StoredObject[]> {
    const { api, objects, name } = this.#parts;
    const pods = await api.list<StoredPod>(podsOf(objects));
    return pods.filter(({ metadata }) => metadata.labels?.['app'] === name);
  }

  /** Where clients have failed, their pods would keep the namespace for ever. */
  async #letPodsGo(): Promise<void> {
    const { objects, editor } = this.#parts;
    const paths = (await this.#pods()).map(({ metadata }) => `${podsOf(objects)}/${metadata.name}`);
    await Promise.all(paths.map((path) => editor.merge(path, { metadata: { finalizers: null } })));
  }

  async #until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const look = async () => {
      while (!(await holds())) {
        if (patience.aborted) throw new Error(`${this.#parts.name}: ${what} did not come in ${PATIENCE_MS / 1000} s`);
        await pause(100, patience);
      }
    };
    await Promise.race([look(), this.#failed.promise]);
  }
}

const podsOf = ({ namespace }: Objects): string => `/api/v1/namespaces/${namespace}/pods`;

/** Pods take a moment to become ready, so that a roll-out takes longer than an overlap of none. */
function workload(namespace: string, kind: FleetParts['kind'], name: string): Manifest {
  const size = kind === 'Deployment' ? { replicas: 3 } : { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      ...size,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name },
          annotations: { 'beatkeys.test/ready-ms': '200' },
          finalizers: [POD_FINALIZER],
        },
        spec: { containers: [{ name: 'beat', image: 'registry.k8s.io/pause:3.10' }] },
      },
    },
  };
}
