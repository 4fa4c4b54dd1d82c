import { isDeepStrictEqual } from 'node:util';
import type { CacheChange, ObjectKey } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import { known, type Reading, unknown } from '../core/reading.ts';
import { NOT_LISTED_YET, type Workload, type WorkloadKind, type WorkloadPlace } from '../core/workload.ts';
import type { KubernetesObject } from './object.ts';
import type { Upstream } from './reflector.ts';
import { EVERYWHERE, type WorkloadObject, WORKLOADS } from './resource.ts';
import { Watched } from './watched.ts';
import { workloadOf } from './workload-summary.ts';

/** Workloads of one kind in one namespace, or in `EVERYWHERE`; only what `Workload` shows of them is kept. */
export class WorkloadWatch {
  readonly #watched: Watched<Workload>;
  readonly #tell: (place: WorkloadPlace) => void;
  /** Who was answered that nothing is known; they are told when that is over. */
  readonly #waiting = new Map<ObjectKey, WorkloadPlace>();
  /** Why nothing is known; `undefined` once the list is in. */
  #missing: Failure | undefined;

  constructor(upstream: Upstream, kind: WorkloadKind, namespace: string, tell: (place: WorkloadPlace) => void) {
    this.#tell = tell;
    this.#missing = notListedYet(kind);
    const onFailure = (failure: Failure): void => {
      this.#failed(failure);
      upstream.onFailure(failure);
    };
    const scope = namespace === EVERYWHERE ? 'all' : [namespace];
    this.#watched = Watched.namespaced({ ...upstream, onFailure }, WORKLOADS[kind], scope, {
      transform: (object) => workloadOf(kind, object as WorkloadObject),
    });
    this.#watched.subscribe((change) => this.#changed(change));
    void this.#watched.synced.then(() => this.#listed());
  }

  peek(place: WorkloadPlace): Reading<Workload | undefined> {
    const key = `${place.namespace}/${place.name}`;
    if (this.#missing === undefined) return known(this.#watched.get(key));
    this.#waiting.set(key, placeOf(place));
    return unknown(this.#missing);
  }

  /** Takes the API server's answer to our own write. */
  put(object: KubernetesObject): void {
    this.#watched.put(object);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#watched.run(signal);
  }

  #changed({ before, after }: CacheChange<Workload>): void {
    const place = after ?? before;
    if (place === undefined || isDeepStrictEqual(before, after)) return;
    // The store has taken the whole list before it tells the first of it.
    this.#missing = undefined;
    this.#tell(placeOf(place));
  }

  #listed(): void {
    this.#missing = undefined;
    this.#tellWaiting();
    this.#waiting.clear();
  }

  #failed(failure: Failure): void {
    if (this.#missing === undefined) return;
    const news = failure.code !== this.#missing.code;
    this.#missing = failure;
    if (news) this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const place of this.#waiting.values()) this.#tell(place);
  }
}

/** Nothing is known of workloads that have not been listed. */
export function notListedYet(kind: WorkloadKind): Failure {
  return new Failure({
    kind: 'unavailable',
    system: 'Kubernetes',
    operation: `watch ${kind}s`,
    code: NOT_LISTED_YET,
    detail: `${kind}s have not been listed yet`,
  });
}

function placeOf({ kind, namespace, name }: WorkloadPlace): WorkloadPlace {
  return { kind, namespace, name };
}
