import type { BeatApiKey } from '../api/types.ts';
import { consumersOf } from '../core/consumers.ts';
import type { WorkloadKind, WorkloadPlace } from '../core/workload.ts';
import type { ObjectKey } from './ports.ts';

const placeKey = ({ kind, namespace, name }: WorkloadPlace): string => `${kind}/${namespace}/${name}`;

/** Which objects name which workloads, so that a workload's change finds its objects without a search. */
export class ConsumerIndex {
  readonly #objects = new Map<string, Set<ObjectKey>>();
  readonly #places = new Map<ObjectKey, readonly string[]>();

  /** Takes note of what the object names now (`undefined`: it is gone); answers the kinds among that. */
  note(key: ObjectKey, object: BeatApiKey | undefined): ReadonlySet<WorkloadKind> {
    for (const place of this.#places.get(key) ?? []) {
      const objects = this.#objects.get(place);
      objects?.delete(key);
      if (objects?.size === 0) this.#objects.delete(place);
    }
    const consumers = object === undefined ? [] : (consumersOf(object) ?? []);
    const places = consumers.map(placeKey);
    if (places.length === 0) this.#places.delete(key);
    else this.#places.set(key, places);
    for (const place of places) this.#objects.set(place, (this.#objects.get(place) ?? new Set()).add(key));
    return new Set(consumers.map(({ kind }) => kind));
  }

  /** The objects that name a workload. */
  objectsOf(place: WorkloadPlace): Iterable<ObjectKey> {
    return this.#objects.get(placeKey(place)) ?? [];
  }
}
