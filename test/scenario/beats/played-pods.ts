import { startBeat, type BeatOptions, type BeatProcess } from '../../testbed/beats/beat-process.ts';
import { startedStatus, type Pod } from '../../testbed/kubernetes/pod-status.ts';
import type { ApiServer, StoredObject } from '../api-server.ts';
import type { Manifest } from '../manifests.ts';
import type { Objects } from '../objects.ts';

/** A pod as it is stored, as far as a kubelet reads it. */
type StoredPod = StoredObject & Pod;

/** A DaemonSet of one pod, whose container is a real Beat. */
export interface DaemonSetOptions {
  readonly name: string;
  /** The Secret with the Beat's key; it must be there. */
  readonly secret: string;
  readonly beat: BeatOptions;
}

/** Holds a pod that is being deleted until its Beat has ended, as a kubelet does. */
const FINALIZER = 'beatkeys.test/beat';
/** In a Beat's log: a request that was refused as a whole, and a document that was. */
const REFUSED = /40[13] (?:Unauthorized|Forbidden)|\(status=40[13]\)/;

/**
 * Plays the kubelet of a DaemonSet's pod with a real process: a pod that is placed on its node becomes a Beat with the
 * key that the Secret holds then; a pod that is being deleted is gone when its Beat has ended. Dispose of it.
 */
export class PlayedPods implements AsyncDisposable {
  readonly #options: DaemonSetOptions;
  readonly #api: ApiServer;
  readonly #objects: Objects;
  readonly #stop = new AbortController();
  readonly #keyIDs: string[] = [];
  readonly #beats: BeatProcess[] = [];
  readonly #released = new Set<string>();
  #stopping = 0;
  #startedAt = 0;
  #running: { readonly name: string; readonly uid: string; readonly beat: BeatProcess } | undefined;
  #watching: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** How a Beat is stopped when its pod is being deleted; without a `preStop` hook, at once. */
  stopBeat = (beat: BeatProcess): Promise<void> => beat.stop();
  /** What happens just before a Beat is started. */
  beforeStart: () => Promise<void> = () => Promise.resolve();

  private constructor(options: DaemonSetOptions, api: ApiServer, objects: Objects) {
    this.#options = options;
    this.#api = api;
    this.#objects = objects;
  }

  /** Creates the DaemonSet and plays its pod. */
  static async start(options: DaemonSetOptions, api: ApiServer, objects: Objects): Promise<PlayedPods> {
    const pods = new PlayedPods(options, api, objects);
    await objects.apply(daemonSet(objects.namespace, options));
    pods.#watching = pods.#watch().catch((error: unknown) => {
      if (!pods.#stop.signal.aborted) pods.#failure = error as Error;
    });
    return pods;
  }

  /** The id of the key of each Beat that was started, in order. */
  get keyIDs(): readonly string[] {
    this.#check();
    return this.#keyIDs;
  }

  /** How many pods began to stop. */
  get stopping(): number {
    this.#check();
    return this.#stopping;
  }

  /** When the last Beat was started, by `Date.now()`. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** What Elasticsearch refused any of the Beats for its key, as they say it. */
  async refusals(): Promise<readonly string[]> {
    const logs = await Promise.all(this.#beats.map((beat) => beat.log()));
    return logs.flatMap((log) => log.split('\n').filter((line) => REFUSED.test(line)));
  }

  /** Has the pod replaced, as `kubectl rollout restart` does. */
  async restart(): Promise<void> {
    await this.#objects.kubectl(['rollout', 'restart', `daemonset/${this.#options.name}`]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopBeat = (beat) => beat.stop();
    await this.#objects.remove('DaemonSet', this.#options.name);
    const { name } = this.#running ?? {};
    if (this.#failure === undefined && name !== undefined)
      await this.#api.until(this.#collection, name, 'its end', (pod) => pod === undefined);
    this.#stop.abort();
    await this.#watching;
    await this.#running?.beat.stop();
    this.#check();
  }

  get #collection(): string {
    return `/api/v1/namespaces/${this.#objects.namespace}/pods`;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #watch(): Promise<void> {
    const selector = { labelSelector: `app=${this.#options.name}` };
    while (!this.#stop.signal.aborted) {
      for await (const { type, object } of this.#api.watch<StoredPod>(this.#collection, selector, this.#stop.signal)) {
        if (type === 'ERROR') break;
        if (type !== 'DELETED') await this.#seen(object);
      }
    }
  }

  async #seen(pod: StoredPod): Promise<void> {
    const { uid, name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp === undefined) {
      if (pod.spec.nodeName !== undefined && this.#running === undefined) await this.#start(pod);
      return;
    }
    if (this.#running?.uid === uid) await this.#end(this.#running.beat);
    if (this.#released.has(uid)) return;
    this.#released.add(uid);
    await this.#objects.kubectl(['patch', 'pod', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
  }

  async #start(pod: StoredPod): Promise<void> {
    const { uid, name } = pod.metadata;
    const { id = '', api_key: apiKey = '' } = await this.#objects.data(this.#options.secret);
    await this.beforeStart();
    this.#startedAt = Date.now();
    const beat = await startBeat(this.#options.beat, apiKey, this.#keyIDs.length);
    this.#running = { name, uid, beat };
    this.#beats.push(beat);
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const played = { ...pod, metadata: { ...pod.metadata, annotations: {} } };
    const patch = JSON.stringify({ status: startedStatus(played, this.#keyIDs.length + 1, now) });
    await this.#objects.kubectl(['patch', 'pod', name, '--subresource=status', '-p', patch]);
    this.#keyIDs.push(id);
  }

  async #end(beat: BeatProcess): Promise<void> {
    this.#stopping += 1;
    await this.stopBeat(beat);
    this.#running = undefined;
  }
}

/** Told apart from the pods of a real kubelet: the script that plays them all leaves these in `Pending`. */
function daemonSet(namespace: string, { name, secret, beat }: DaemonSetOptions): Manifest {
  const key = { name: 'ELASTICSEARCH_API_KEY', valueFrom: { secretKeyRef: { name: secret, key: 'api_key' } } };
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'beatkeys.test/state': 'pending' }, finalizers: [FINALIZER] },
        spec: {
          terminationGracePeriodSeconds: 90,
          nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
          containers: [{ name: beat.program, image: `registry.invalid/${beat.program}`, env: [key] }],
        },
      },
    },
  };
}
