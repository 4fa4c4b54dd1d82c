import { RESTART_FIELD_MANAGER } from '../api/names.ts';
import type { Workloads } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import { type Reading, unknown } from '../core/reading.ts';
import type { Pod, Workload, WorkloadKind, WorkloadPlace } from '../core/workload.ts';
import { NOT_KUBERNETES } from './failure.ts';
import { renderSelector } from './label-selector.ts';
import type { KubernetesObject } from './object.ts';
import type { Upstream } from './reflector.ts';
import {
  EVERYWHERE,
  type ObjectPath,
  PODS,
  REPLICA_SETS,
  type Scope,
  type WorkloadObject,
  WORKLOADS,
} from './resource.ts';
import { controllerOf, controls, podOf, replicaSetOf, workloadOf } from './workload-summary.ts';
import { notListedYet, WorkloadWatch } from './workload-watch.ts';

/** Pods that have not ended. */
const NOT_ENDED = 'status.phase!=Failed,status.phase!=Succeeded';

/** Workloads as the domain wants them. A kind is watched from the first time it is named, in the namespaces of the scope. */
export class FollowedWorkloads implements Workloads {
  readonly #upstream: Upstream;
  readonly #namespaces: readonly string[];
  readonly #listeners: ((place: WorkloadPlace) => void)[] = [];
  /** By namespace, or all under `EVERYWHERE`. */
  readonly #watches = new Map<WorkloadKind, ReadonlyMap<string, WorkloadWatch>>();
  #running: { readonly signal: AbortSignal; readonly broken: (error: unknown) => void } | undefined;

  constructor(upstream: Upstream, scope: Scope) {
    this.#upstream = upstream;
    this.#namespaces = scope === 'all' ? [EVERYWHERE] : scope;
  }

  follow(kinds: Iterable<WorkloadKind>): void {
    for (const kind of kinds) {
      if (this.#watches.has(kind)) continue;
      const tell = (place: WorkloadPlace): void => {
        for (const listener of this.#listeners) listener(place);
      };
      const watches = this.#namespaces.map((namespace) => {
        return [namespace, new WorkloadWatch(this.#upstream, kind, namespace, tell)] as const;
      });
      this.#watches.set(kind, new Map(watches));
      for (const [, watch] of watches) this.#start(watch);
    }
  }

  peek(place: WorkloadPlace): Reading<Workload | undefined> {
    return this.#watchOf(place)?.peek(place) ?? unknown(notListedYet(place.kind));
  }

  subscribe(listener: (place: WorkloadPlace) => void): void {
    this.#listeners.push(listener);
  }

  async read(place: WorkloadPlace): Promise<Workload | undefined> {
    const object = await this.#upstream.client.get(pathOf(place));
    return object === undefined ? undefined : workloadOf(place.kind, object);
  }

  async pods(workload: Workload): Promise<readonly Pod[]> {
    const { client } = this.#upstream;
    const object = await client.get(pathOf(workload));
    if (object?.metadata.uid !== workload.uid) throw replaced(workload);
    const { namespace } = workload;
    const selected = { labelSelector: renderSelector(object.spec.selector), metadataOnly: true } as const;
    const pods: Pod[] = [];
    const others: KubernetesObject[] = [];
    const path = { resource: PODS, namespace };
    for await (const { items, odd } of client.pages(path, { ...selected, fieldSelector: NOT_ENDED })) {
      if (odd.length > 0) throw unreadable();
      for (const item of items) {
        if (controls(workload, item)) pods.push(podOf(item));
        else if (workload.kind === 'Deployment' && replicaSetOf(item) !== undefined) others.push(item);
      }
    }
    if (others.length === 0) return pods;
    // A ReplicaSet that was orphaned and adopted is named after the Deployment that made it.
    const adopted = new Set<string | undefined>();
    for await (const { items, odd } of client.pages({ resource: REPLICA_SETS, namespace }, selected)) {
      if (odd.length > 0) throw unreadable();
      for (const item of items) if (controllerOf(item)?.uid === workload.uid) adopted.add(item.metadata.uid);
    }
    return [...pods, ...others.filter((item) => adopted.has(replicaSetOf(item)?.uid)).map(podOf)];
  }

  async restart(workload: Workload, annotation: string, keyID: string): Promise<Workload> {
    const { kind, uid } = workload;
    const body = { metadata: { uid }, spec: { template: { metadata: { annotations: { [annotation]: keyID } } } } };
    const options = { fieldManager: RESTART_FIELD_MANAGER };
    const object = await this.#upstream.client.mergePatch(pathOf(workload), body, options);
    this.#watchOf(workload)?.put(object);
    return workloadOf(kind, object);
  }

  /** Keeps what is followed until the signal aborts; rejects only with a programming error. */
  async run(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#running = { signal, broken: reject };
    for (const watches of this.#watches.values()) for (const watch of watches.values()) this.#start(watch);
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }

  #start(watch: WorkloadWatch): void {
    if (this.#running !== undefined) watch.run(this.#running.signal).catch(this.#running.broken);
  }

  #watchOf({ kind, namespace }: WorkloadPlace): WorkloadWatch | undefined {
    const watches = this.#watches.get(kind);
    return watches?.get(EVERYWHERE) ?? watches?.get(namespace);
  }
}

function pathOf({ kind, namespace, name }: WorkloadPlace): ObjectPath<WorkloadObject> {
  return { resource: WORKLOADS[kind], namespace, name };
}

/** A pod that cannot be read may use any key. */
function unreadable(): Failure {
  const detail = 'a pod, or what controls it, is not of the form that Kubernetes promises';
  return new Failure({
    kind: 'unsupported',
    system: 'Kubernetes',
    operation: 'list Pods',
    code: NOT_KUBERNETES,
    detail,
  });
}

/** The workload is gone, and there may be another one of its name. */
function replaced({ kind }: Workload): Failure {
  const detail = `the ${kind} is not there any more`;
  return new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'list Pods', code: 'Replaced', detail });
}
