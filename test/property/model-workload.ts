import { isDeepStrictEqual } from 'node:util';
import type { Pod, Workload, WorkloadKind, WorkloadPlace } from '../../src/core/workload.ts';
import { failure, wholeSeconds, type Circumstances } from './circumstances.ts';

export interface ModelPod {
  readonly pod: Pod;
  /** The key that the Secret held when it started; `undefined`: it waits for the Secret. */
  holds: string | undefined;
  /** It is terminating, and works on until it is gone. */
  ending: boolean;
}

type Template = Workload['keyIDs'];

/** A workload of namespace `logging`, its pods, its controller and the kubelets, which do one thing at a step. */
export class ModelWorkload implements WorkloadPlace {
  readonly kind: WorkloadKind;
  readonly namespace = 'logging';
  readonly name: string;
  readonly uid: string;
  readonly #at: Circumstances;
  readonly #currentKey: () => string | undefined;
  template: Template = {};
  #generation = 1;
  #observed = 0;
  #counts: Pick<Workload, 'desired' | 'updated' | 'available'> = { desired: 0, updated: 0, available: 0 };
  /** The newest template that its controller makes pods of. */
  #adopted: Template = {};
  #made = 0;
  pods: readonly ModelPod[] = [];
  exists = true;
  nodes = 2;
  heldBy: Workload['heldBy'];
  /** Pods of the newest template never become available. */
  failing = false;
  /** Keys that the operator restarted it for since anybody else changed its template. */
  restartedFor: string[] = [];
  /** What the operator may not do. */
  denied: 'restart' | 'read' | undefined;
  /** What the watch showed last; `unlisted`: nothing yet. */
  cached: Workload | undefined | 'unlisted' = 'unlisted';

  /** `currentKey`: the id in the Secret that its pods take their key from. */
  constructor(place: Pick<WorkloadPlace, 'kind' | 'name'>, at: Circumstances, currentKey: () => string | undefined) {
    this.kind = place.kind;
    this.name = place.name;
    this.uid = `uid-of-${place.name}`;
    this.#at = at;
    this.#currentKey = currentKey;
  }

  /** As the API server shows it. */
  view(): Workload | undefined {
    if (!this.exists) return undefined;
    const { kind, namespace, name, uid, heldBy } = this;
    const desired = kind === 'DaemonSet' ? this.#counts.desired : this.nodes;
    return {
      ...{ kind, namespace, name, uid, ...this.#counts, desired },
      observed: this.#observed === this.#generation,
      ...(heldBy === undefined ? {} : { heldBy }),
      keyIDs: this.template,
    };
  }

  /** The operator notes a key in the template. */
  restart(annotation: string, keyID: string): void {
    if (!this.exists) throw failure('notFound', 'Kubernetes');
    if (!this.#apply({ ...this.template, [annotation]: keyID })) return;
    this.restartedFor.push(keyID);
    this.#at.happened(`restart ${this.name} (${keyID})`);
    this.cached = this.view();
  }

  /** Somebody puts the template back as it was before the operator changed it. */
  revert(): void {
    if (this.#apply({})) this.restartedFor = [];
  }

  /** The watch catches up. */
  watch(): void {
    if (this.denied !== 'read') this.cached = this.view();
  }

  #apply(template: Template): boolean {
    if (isDeepStrictEqual(template, this.template)) return false;
    this.template = template;
    this.#generation += 1;
    return true;
  }

  /** One step of kubelets and controller; false: there was nothing to do. */
  step(): boolean {
    const before = this.#state();
    this.pods = this.pods.filter(({ ending }) => !ending);
    for (const pod of this.pods) pod.holds ??= this.#currentKey();
    if (this.exists) this.#control();
    else this.pods = [];
    return this.#state() !== before;
  }

  /** Somebody deletes a pod: it terminates, and its controller makes another one in its place. */
  evict(): void {
    const pod = this.pods.find(({ ending }) => !ending);
    if (pod !== undefined) pod.ending = true;
  }

  /** Somebody deletes all pods. */
  evictAll(): void {
    for (const pod of this.pods) pod.ending = true;
  }

  #control(): void {
    this.#observed = this.#generation;
    if (this.heldBy !== 'paused') this.#adopted = this.template;
    const staying = this.pods.filter(({ ending }) => !ending);
    const spare = this.kind === 'Deployment' && this.#next(staying) !== undefined ? 1 : 0;
    if (staying.length < this.nodes + spare) this.#start();
    else if (staying.length > this.nodes + spare) this.evict();
    else this.#replace(staying);
    const left = this.pods.filter(({ ending }) => !ending);
    const updated = left.filter((pod) => isOf(pod, this.template)).length;
    const serving = this.kind === 'DaemonSet' ? this.pods : left;
    const available = serving.filter((pod) => this.#isAvailable(pod)).length;
    this.#counts = { desired: this.nodes, updated, available };
  }

  /** An old pod goes when all others are available, or when it is not available itself. */
  #replace(staying: readonly ModelPod[]): void {
    const next = this.#next(staying);
    if (next === undefined) return;
    if (!this.#isAvailable(next) || staying.every((pod) => this.#isAvailable(pod))) next.ending = true;
  }

  /** The pod to be replaced next. */
  #next(staying: readonly ModelPod[]): ModelPod | undefined {
    if (this.heldBy === 'OnDelete' || this.heldBy === 'partition') return undefined;
    const old = staying.filter((pod) => !isOf(pod, this.#adopted));
    return old.find((pod) => !this.#isAvailable(pod)) ?? old[0];
  }

  #start(): void {
    const name = `${this.name}-${++this.#made}`;
    const pod: Pod = { name, created: wholeSeconds(this.#at.now), keyIDs: this.#adopted };
    this.pods = [...this.pods, { pod, holds: this.#currentKey(), ending: false }];
  }

  #isAvailable(pod: ModelPod): boolean {
    return pod.holds !== undefined && !(this.failing && isOf(pod, this.template));
  }

  #state(): string {
    return JSON.stringify([this.pods, this.#observed, this.#counts, this.#adopted]);
  }
}

const isOf = ({ pod }: ModelPod, template: Template): boolean => isDeepStrictEqual(pod.keyIDs, template);
